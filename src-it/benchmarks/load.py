#!/usr/bin/env python3
"""Measures what TLS costs a Jetty, JSSE beside OpenSSL: CPU time of the server's process, as a client sees no part of it.

README.md beside this file has the command. The sides take turns in each round, so that what else the machine does
meets both; what is printed are medians of the rounds, and of each round's ratio JSSE / OpenSSL. A ratio above 1 means
that OpenSSL costs less. Beside the handshakes stands what they cost `openssl s_server`: no server on that library can
cost less.
"""

import argparse
import ssl
import statistics
import subprocess
import sys

import load_server

SUITE = "TLS_AES_256_GCM_SHA384"
MEGABYTE = 1_000_000
ENGINES = ("JSSE", "OPENSSL")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_server.add_arguments(parser)
    parser.add_argument("--rounds", type=int, default=9, help="of handshakes; default 9")
    parser.add_argument("--seconds", type=float, default=2, help="of handshakes a round and side; default 2")
    parser.add_argument("--warm-up", type=float, default=40, help="seconds of handshakes a side before; default 40")
    parser.add_argument("--megabytes", type=int, default=100, help="of each bulk transfer; default 100")
    parser.add_argument("--transfers", type=int, default=31, help="bulk transfers a side; default 31")
    parser.add_argument("--only", choices=("handshake", "bulk"), help="default: both")
    return parser.parse_args()


class SServer:
    """`openssl s_server` with the same key: the library without Java and Jetty."""

    def __init__(self, directory, key):
        stem = str(directory / f"server-{key.lower()}")
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", f"{stem}.pem", "-key", f"{stem}.key", "-tls1_3",
             "-num_tickets", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("ACCEPT"):
                self.port = int(line.rsplit(":", 1)[1])
                break
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)

    def cpu(self):
        return load_server.cpu_of(self.process.pid)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.drain.wait()


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def curl(port, directory, path, *more):
    """Returns the bytes that curl received and sent."""
    said = run(["curl", "-sSf", "--noproxy", "*", "--cacert", str(directory / "ca.pem"), "--tlsv1.3",
                "--tls13-ciphers", SUITE, "-o", "/dev/null", "-w", "%{size_download} %{size_upload}", *more,
                f"https://localhost:{port}{path}"])
    return [float(word) for word in said.split()]


def print_row(name, columns, floor=None):
    jsse, ours = columns["JSSE"], columns["OPENSSL"]
    last = "" if floor is None else f"{statistics.median(floor):10.3f}"
    print(f"{name:28} {statistics.median(jsse):9.3f} {statistics.median(ours):9.3f}   "
          f"{load_server.ratio(jsse, ours):5.2f} {last}", flush=True)


def measure_handshakes(server, options):
    context = load_server.tls_context(options.dir, ssl.TLSVersion.TLSv1_3)

    def connection(port, path):
        tls = load_server.connect(context, port)
        if path:
            load_server.exchange(tls, path)
        load_server.close(tls)

    def cost(side, port, path, seconds):
        begin = side.cpu()
        count = load_server.until(seconds, lambda: connection(port, path))
        return (side.cpu() - begin) / count * 1000

    for path, name in ((None, "handshake"), ("/open", "handshake and GET")):
        for key in ("RSA", "EC"):
            peer = SServer(options.dir, key)
            try:
                for engine in ENGINES:
                    cost(server, server.ports[engine, key], path, options.warm_up / (2 if path else 1))
                columns = {"JSSE": [], "OPENSSL": []}
                floor = []
                for _ in range(options.rounds):
                    for engine, column in columns.items():
                        column.append(cost(server, server.ports[engine, key], path, options.seconds))
                    if not path:
                        floor.append(cost(peer, peer.port, None, options.seconds))
            finally:
                peer.close()
            print_row(f"{name}, {key}", columns, floor or None)


def measure_bulk(server, options):
    size = options.megabytes * MEGABYTE
    upload = options.dir / "upload.bin"
    with open(upload, "wb") as file:
        file.truncate(size)

    def download(port):
        got = curl(port, options.dir, f"/bytes?{size}")
        if got[0] != size:
            sys.exit(f"{got[0]} bytes instead of {size}")

    def send(port):
        got = curl(port, options.dir, "/sink", "-H", "Expect:", "-T", str(upload))
        if got[1] != size:
            sys.exit(f"{got[1]} bytes instead of {size}")

    for transfer, name in ((download, "download"), (send, "upload")):
        for engine in ENGINES:
            for _ in range(20):
                transfer(server.ports[engine, "RSA"])
        cpu = {"JSSE": [], "OPENSSL": []}
        for _ in range(options.transfers):
            for engine in cpu:
                begin = server.cpu()
                transfer(server.ports[engine, "RSA"])
                cpu[engine].append((server.cpu() - begin) * 1000)
        print_row(f"{name} of {options.megabytes} MB", cpu)


def main():
    options = arguments()
    print(f"{'ms of server CPU':28} {'JSSE':>9} {'OpenSSL':>9}   ratio   s_server")
    with load_server.LoadServer(options.server, options.dir) as server:
        if options.only != "bulk":
            measure_handshakes(server, options)
        if options.only != "handshake":
            measure_bulk(server, options)


main()
