#!/usr/bin/env python3
"""Measures what TLS costs a Jetty, JSSE beside OpenSSL: CPU time of the server's process, as a client sees no part of it.

README.md beside this file has the command. The sides take turns in each round, so that what else the machine does
meets both; what is printed are medians of the rounds, and of each round's ratio JSSE / OpenSSL. A ratio above 1 means
that OpenSSL costs less.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import time

SUITE = "TLS_AES_256_GCM_SHA384"
MEGABYTE = 1_000_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", nargs=argparse.REMAINDER, required=True, help="the command that starts LoadServer; the last option")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="the directory of its certificates")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=4, help="of handshakes a round and side; default 4")
    parser.add_argument("--warm-up", type=float, default=12, help="seconds of handshakes a side before; default 12")
    parser.add_argument("--megabytes", type=int, default=100, help="of each bulk transfer; default 100")
    parser.add_argument("--transfers", type=int, default=5, help="bulk transfers a round and side; default 5")
    parser.add_argument("--only", choices=("handshake", "bulk"), help="default: both")
    return parser.parse_args()


class LoadServer:
    """The server's process: its ports, and what it has used so far."""

    def __init__(self, command, directory):
        self.process = subprocess.Popen([*command, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.ports = {}
        for line in self.process.stdout:
            if line.strip() == "ready":
                return
            engine, key, port = line.split()
            self.ports[engine, key] = int(port)
        sys.exit("The server did not start.")

    def cpu(self):
        """The CPU time that its threads have used, in seconds; without the JIT compilers, which end one day."""
        return cpu_of(self.process.pid, leave_out=("C1 Compiler", "C2 Compiler"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cpu_of(pid, leave_out=()):
    """The CPU time of the threads that a process has, in seconds (Linux)."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            if not (task / "comm").read_text().startswith(leave_out):
                total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            pass  # It has just ended.
    return total / 1e9


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def handshakes(port, seconds, path):
    """Full TLS 1.3 handshakes, one after the other, each with a GET where there is a path; returns how many."""
    request = ["-www", path] if path else []
    said = run(["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-tls1_3", "-ciphersuites", SUITE,
                "-time", str(max(1, round(seconds))), *request])
    found = re.search(r"(\d+) connections in \d+ real seconds", said)
    if not found or int(found[1]) == 0:
        sys.exit(f"s_time says: {said[-2000:]}")
    return int(found[1])


def curl(port, directory, path, *more):
    """Returns the bytes a second that curl saw."""
    measure = "%{size_download} %{size_upload} %{speed_download} %{speed_upload}"
    said = run(["curl", "-sSf", "--noproxy", "*", "--cacert", str(directory / "ca.pem"), "--tlsv1.3",
                "--tls13-ciphers", SUITE, "-o", "/dev/null", "-w", measure, *more, f"https://localhost:{port}{path}"])
    return [float(word) for word in said.split()]


def median_row(name, unit, columns):
    jsse, ours = columns["JSSE"], columns["OPENSSL"]
    ratio = statistics.median(a / b for a, b in zip(jsse, ours))
    print(f"{name:28} {statistics.median(jsse):9.3f} {statistics.median(ours):9.3f}  {unit:12} {ratio:5.2f}", flush=True)
    return ratio


def measure_handshakes(server, options):
    for path, name in ((None, "handshake"), ("/open", "handshake and GET")):
        for key in ("RSA", "EC"):
            for engine in ("JSSE", "OPENSSL"):
                handshakes(server.ports[engine, key], options.warm_up / 2, path)
            columns = {"JSSE": [], "OPENSSL": []}
            for _ in range(options.rounds):
                for engine, column in columns.items():
                    begin = server.cpu()
                    count = handshakes(server.ports[engine, key], options.seconds, path)
                    column.append((server.cpu() - begin) / count * 1000)
            median_row(f"{name}, {key}", "ms CPU", columns)


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
        for engine in ("JSSE", "OPENSSL"):
            for _ in range(3 * options.transfers):
                transfer(server.ports[engine, "RSA"])
        cpu = {"JSSE": [], "OPENSSL": []}
        wall = {"JSSE": [], "OPENSSL": []}
        for _ in range(options.rounds):
            for engine in cpu:
                begin, begun = server.cpu(), time.perf_counter()
                for _ in range(options.transfers):
                    transfer(server.ports[engine, "RSA"])
                cpu[engine].append((server.cpu() - begin) / options.transfers * 1000)
                wall[engine].append((time.perf_counter() - begun) / options.transfers * 1000)
        median_row(f"{name} of {options.megabytes} MB", "ms CPU", cpu)
        median_row(f"{name} of {options.megabytes} MB", "ms elapsed", wall)


def main():
    options = arguments()
    print(f"{'':28} {'JSSE':>9} {'OpenSSL':>9}  {'':12} JSSE/OpenSSL")
    with LoadServer(options.server, options.dir) as server:
        if options.only != "bulk":
            measure_handshakes(server, options)
        if options.only != "handshake":
            measure_bulk(server, options)


main()
