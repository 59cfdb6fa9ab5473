"""Two requests on one connection by Python's ssl: client.py PHA PORT TLS METHOD PATH CA [CERTIFICATE KEY].

PHA is yes or no: whether it offers post-handshake authentication.
"""

import http.client
import socket
import ssl
import sys


class Kept:
    """Keeps the bytes of an answer as they come; http.client only finds where it ends."""

    def __init__(self, stream):
        self.stream = stream
        self.bytes = b""

    def _keep(self, data):
        self.bytes += data
        return data

    def readline(self, *size):
        return self._keep(self.stream.readline(*size))

    def read(self, *size):
        return self._keep(self.stream.read(*size))

    def readinto(self, buffer):
        count = self.stream.readinto(buffer)
        self.bytes += bytes(buffer[:count])
        return count

    def flush(self):
        pass

    def close(self):
        pass


def exchange(tls, stream, request):
    tls.sendall(request)
    kept = Kept(stream)
    response = http.client.HTTPResponse(tls)
    response.fp = kept
    response.begin()
    response.read()
    sys.stdout.buffer.write(kept.bytes)
    sys.stdout.buffer.flush()


def main(pha, port, version, method, path, authority, *certificate):
    context = ssl.create_default_context(cafile=authority)
    pinned = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    context.minimum_version = context.maximum_version = pinned
    context.post_handshake_auth = pha == "yes"
    if certificate:
        context.load_cert_chain(*certificate)
    with socket.create_connection(("127.0.0.1", int(port)), 60) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            stream = tls.makefile("rb")
            exchange(tls, stream, b"GET /step-up/open HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if method == "POST":
                second = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\na body"
            else:
                second = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            exchange(tls, stream, second.encode())


main(*sys.argv[1:])
