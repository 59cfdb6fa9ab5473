"""A TLS client that is told what to do, a line at a time, and holds on to sessions and their tickets.

open NAME [RESUMED]   connect; resume the session that the connection RESUMED had when it was last used
get NAME PATH         send a GET and read the answer
close NAME            close in order
certificate PEM KEY   what to show from the next connection on
Each answer is lines of name=value and ends with an empty line.
"""
import socket
import ssl
import sys

port, authority, version, options = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(authority)
context.minimum_version = context.maximum_version = ssl.TLSVersion[version.replace(".", "_")]
context.post_handshake_auth = version == "TLSv1.3" and "no-pha" not in options
if "no-ticket" in options:
    context.options |= ssl.OP_NO_TICKET
if "no-renegotiation" in options:
    context.options |= ssl.OP_NO_RENEGOTIATION
connections, sessions = {}, {}


def tell(**values):
    for name, value in values.items():
        print("%s=%s" % (name, value))


def connect(name, resumed=None):
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    made = context.wrap_socket(plain, server_hostname="localhost", session=sessions.get(resumed))
    connections[name] = made
    sessions[name] = made.session
    tell(reused=made.session_reused, ticket=made.session.has_ticket, protocol=made.version())


def get(name, path):
    connection = connections[name]
    try:
        connection.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path).encode())
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return tell(ended="eof")
            data += more
    except (ssl.SSLError, OSError) as failure:
        return tell(ended=str(failure).replace("\n", " "))
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    fields = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
    while len(body) < int(fields["content-length"]):
        body += connection.recv(65536)
    sessions[name] = connection.session
    tell(status=lines[0].split()[1], connection=fields.get("connection", ""))
    for line in body.decode().splitlines():
        print(line)


def close(name):
    connections.pop(name).close()


for line in sys.stdin:
    command, *arguments = line.split()
    try:
        if command == "certificate":
            context.load_cert_chain(*arguments)
        else:
            {"open": connect, "get": get, "close": close}[command](*arguments)
    except (ssl.SSLError, OSError) as failure:
        tell(failure=str(failure).replace("\n", " "))
    print(flush=True)
