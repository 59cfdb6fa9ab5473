#!/usr/bin/env python3
"""Measures what a step-up adds to a request, against what a connection costs.

One client, TLS 1.2, one connection after the other. On each it takes the time of
  connect   TCP and TLS, without resumption,
  plain     a request that asks for nothing (/step-up/open),
  step-up   a request that asks for the certificate (/step-up/secure).
It prints the medians of each run, the ratio (step-up - plain) / connect, and the median ratio of the runs.
"""

import argparse
import pathlib
import socket
import ssl
import statistics
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8443, help="the demo's port; default 8443")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="the demo's directory, with its certificates")
    parser.add_argument("--connections", type=int, default=200, help="connections a run; default 200")
    parser.add_argument("--runs", type=int, default=3, help="default 3")
    parser.add_argument("--warm-up", type=int, default=200, help="connections before the first run; default 200")
    return parser.parse_args()


def tls_context(directory):
    context = ssl.create_default_context(cafile=directory / "ca.pem")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(directory / "client.pem", directory / "client.key")
    return context


def exchange(tls, path):
    """Sends a GET; returns the lines of the answer's body, which are name=value."""
    tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += more(tls)
    head, body = received.split(b"\r\n\r\n", 1)
    fields = head.decode().lower().split("\r\n")
    length = next(int(field.split(":")[1]) for field in fields if field.startswith("content-length:"))
    while len(body) < length:
        body += more(tls)
    return dict(line.split("=", 1) for line in body.decode().splitlines())


def more(tls):
    data = tls.recv(65536)
    if not data:
        sys.exit("The server closed the connection in the middle of an answer.")
    return data


def expect(answer, **values):
    for name, value in values.items():
        if answer.get(name) != value:
            sys.exit(f"Not what is measured here: {name} is {answer.get(name)!r}, not {value!r}: {answer}")


def one_connection(context, port):
    """Returns the times of connect, plain and step-up, in seconds."""
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            connected = time.perf_counter()
            if tls.session_reused:
                sys.exit("The TLS session was resumed; a full handshake is what is measured.")
            first = exchange(tls, "/step-up/open")
            asked = time.perf_counter()
            second = exchange(tls, "/step-up/secure")
            end = time.perf_counter()
    expect(first, protocol="TLSv1.2", subject="")
    expect(second, protocol="TLSv1.2", mechanism="renegotiation", trusted="true", alreadyPresent="false")
    return connected - begin, asked - connected, end - asked


def main():
    options = arguments()
    context = tls_context(options.dir)
    for _ in range(options.warm_up):
        one_connection(context, options.port)
    print(f"{ssl.OPENSSL_VERSION}, {options.connections} connections a run; medians in milliseconds")
    print("run  connect    plain  step-up  (step-up - plain) / connect")
    ratios = []
    for run in range(1, options.runs + 1):
        times = [one_connection(context, options.port) for _ in range(options.connections)]
        connect, plain, step_up = (statistics.median(column) * 1000 for column in zip(*times))
        ratios.append((step_up - plain) / connect)
        print(f"{run:3}  {connect:7.2f}  {plain:7.2f}  {step_up:7.2f}  {ratios[-1]:.2f}")
    print(f"median of {options.runs} runs: {statistics.median(ratios):.2f}")


main()
