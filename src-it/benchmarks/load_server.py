"""Starts the LoadServer for the scripts beside this file, reads what its process uses, and makes TLS connections to it."""

import argparse
import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import sys
import time


def add_arguments(parser):
    """The two options that each script has; --server must be the last one on its command line."""
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="the directory of its certificates")
    parser.add_argument("--server", nargs=argparse.REMAINDER, required=True,
                        help="the command that starts LoadServer; the last option")


class LoadServer:
    """The server's process: its ports, and what it has used so far."""

    def __init__(self, command, directory, options=()):
        java, *rest = command
        self.process = subprocess.Popen([java, *options, *rest, str(directory)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
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

    def memory(self):
        """After a collection: its resident memory and what of Java's heap is in use, in bytes."""
        _, resident, heap, _ = self.ask("collect")
        return resident, heap

    def in_flight(self):
        """How many step-ups it is in the middle of."""
        return self.ask("figures")[3]

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return [int(figure) for figure in self.process.stdout.readline().split()]

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
    """The CPU time of the threads that a process and its children have, in seconds (Linux)."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            if not (task / "comm").read_text().startswith(tuple(leave_out)):
                total += int((task / "schedstat").read_text().split()[0])
            for child in (task / "children").read_text().split():
                total += cpu_of(child) * 1e9
        except FileNotFoundError:
            pass  # It has just ended.
    return total / 1e9


def tls_context(directory, version, key=None):
    """A client's context for one TLS version, that can prove itself by a key of this kind, later where asked to."""
    context = ssl.create_default_context(cafile=directory / "ca.pem")
    context.minimum_version = context.maximum_version = version
    if key:
        client = str(directory / f"client-{key.lower()}")
        context.load_cert_chain(f"{client}.pem", f"{client}.key")
        if version == ssl.TLSVersion.TLSv1_3:
            context.post_handshake_auth = True
    return context


def connect(context, port):
    plain = socket.create_connection(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost")


def close(tls):
    """With close_notify in both directions, as clients do, and not by a reset."""
    try:
        tls.unwrap().close()
    except (ssl.SSLError, OSError):
        tls.close()  # The server was faster.


def exchange(tls, path, body=None):
    """Sends a request; returns the answer's body."""
    head = f"{'GET' if body is None else 'PUT'} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if body is not None:
        head += f"Content-Length: {len(body)}\r\n"
    tls.sendall(f"{head}\r\n".encode() + (body or b""))
    received = b""
    while b"\r\n\r\n" not in received:
        received += more(tls)
    head, got = received.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"Not what is measured here: {head.decode()}")
    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
    while len(got) < length:
        got += more(tls)
    return got


def more(tls):
    data = tls.recv(65536)
    if not data:
        sys.exit("The server closed the connection in the middle of an answer.")
    return data


def until(seconds, act):
    """Acts for this long; returns how often."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        act()
        count += 1
    return count


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process):
    """Until the process listens there; ends this program if it ends instead."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit(f"The server ended with {process.returncode} before it listened.")


def ratio(above, below):
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(above, below))
