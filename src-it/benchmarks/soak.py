#!/usr/bin/env python3
"""Runs a Jetty on OpenSSL for a long time with all that connections do, and fails if its memory goes on growing.

README.md beside this file has the command. Each turn makes connections that step up, that carry data, that break off in
the handshake, in a step-up and in a body, and that vanish without close_notify. After each minute it prints the resident
memory; at the end the last third must not lie more than --growth MiB above the third before.
"""

import argparse
import socket
import ssl
import statistics
import sys
import time

import load_server

# Few sessions are kept, or the memory would grow for 20,480 of them: each renegotiation makes one.
SERVER = ("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-Dlatchkey.load.sessions=500")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_server.add_arguments(parser)
    parser.add_argument("--minutes", type=float, default=30, help="default 30")
    parser.add_argument("--engine", choices=("JSSE", "OPENSSL"), default="OPENSSL", help="JSSE for comparison")
    parser.add_argument("--growth", type=float, default=4, help="MiB that may be noise; default 4")
    return parser.parse_args()


def steps_up(context, port):
    tls = load_server.connect(context, port)
    load_server.exchange(tls, "/open")
    for _ in range(2):
        if b"mechanism=none" in load_server.exchange(tls, "/secure"):
            sys.exit("The server did not ask.")
    load_server.close(tls)


def carries_data(context, port):
    tls = load_server.connect(context, port)
    load_server.exchange(tls, "/sink", bytes(1_000_000))
    load_server.exchange(tls, "/bytes?1000000")
    tls.close()  # without close_notify


def breaks_off_in_the_handshake(context, port):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(outgoing.read())
        plain.recv(100)


def breaks_off_in_the_step_up(context, port):
    tls = load_server.connect(context, port)
    tls.sendall(b"GET /secure HTTP/1.1\r\nHost: localhost\r\n\r\n")
    socket.socket.recv(tls, 10)  # The question has begun to come.
    tls.close()


def breaks_off_in_the_body(context, port):
    tls = load_server.connect(context, port)
    tls.sendall(b"PUT /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + bytes(50_000))
    tls.close()


TURNS = (steps_up, carries_data, breaks_off_in_the_handshake, breaks_off_in_the_step_up, breaks_off_in_the_body)


def main():
    options = arguments()
    with load_server.LoadServer(options.server, options.dir, SERVER) as server:
        port = server.ports[options.engine, "RSA"]
        contexts = [load_server.tls_context(options.dir, v, "RSA")
                    for v in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
                    if options.engine == "OPENSSL" or v == ssl.TLSVersion.TLSv1_2]
        begin = time.monotonic()
        seen = []
        turns = 0
        while time.monotonic() - begin < options.minutes * 60:
            turns += load_server.until(min(60.0, options.minutes * 60 / 12), lambda: [
                turn(context, port) for turn in TURNS for context in contexts])
            resident, heap = server.memory()
            seen.append(resident / 2**20)
            print(f"{(time.monotonic() - begin) / 60:6.1f} min {turns * len(TURNS) * len(contexts):8} connections"
                  f" {seen[-1]:8.1f} MiB resident, {heap / 2**20:6.1f} MiB of heap", flush=True)
    third = len(seen) // 3
    growth = statistics.median(seen[-third:]) - statistics.median(seen[-2 * third:-third])
    print(f"growth from the second third to the last: {growth:.1f} MiB")
    if growth > options.growth:
        sys.exit(f"The memory grows: more than {options.growth} MiB.")


main()
