"""Two requests on one connection by Python's ssl: client.py PORT TLS METHOD CA [CERTIFICATE KEY]."""

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


def main(port, version, method, authority, *certificate):
    context = ssl.create_default_context(cafile=authority)
    pinned = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    context.minimum_version = context.maximum_version = pinned
    if certificate:
        context.load_cert_chain(*certificate)
    with socket.create_connection(("127.0.0.1", int(port)), 60) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            stream = tls.makefile("rb")
            exchange(tls, stream, b"GET /step-up/open HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if method == "POST":
                second = b"POST /step-up/secure HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\na body"
            else:
                second = b"GET /step-up/secure HTTP/1.1\r\nHost: localhost\r\n\r\n"
            exchange(tls, stream, second)


main(*sys.argv[1:])
