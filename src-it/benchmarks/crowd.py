#!/usr/bin/env python3
"""Shows that a server with 2 GiB bears 10,000 idle TLS connections and 1,000 step-ups that nobody answers.

README.md beside this file has the command. For each engine, on TLS 1.3 where it can ask there and on TLS 1.2 else: the
idle connections are opened, each with a request behind it; then the stalled ones, each of which is asked for its
certificate by an asynchronous step-up and says nothing more. Meanwhile other clients are served. It fails if the server
needs more memory than 2 GiB, has threads for its connections, uses its CPU while nothing happens, or does not serve.
"""

import argparse
import pathlib
import resource
import ssl
import statistics
import sys
import time

import load_server

MOST_RESIDENT = 2 * 1024**3
# A server has about 110 without any load: the JVM's own, Jetty's, and 16 for each of its four connectors that judge chains.
MOST_THREADS = 150
# Of one core, while nobody sends anything.
MOST_CPU = 0.10
SIDES = (("JSSE", ssl.TLSVersion.TLSv1_2), ("OPENSSL", ssl.TLSVersion.TLSv1_2), ("OPENSSL", ssl.TLSVersion.TLSv1_3))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_server.add_arguments(parser)
    parser.add_argument("--idle", type=int, default=10_000, help="idle connections; default 10000")
    parser.add_argument("--stalled", type=int, default=1_000, help="step-ups that nobody answers; default 1000")
    parser.add_argument("--requests", type=int, default=300, help="of other clients meanwhile; default 300")
    return parser.parse_args()


def allow_files(needed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < needed:
        sys.exit(f"A process may have {hard} open files here, and this needs {needed}: ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


def idle(context, port):
    tls = load_server.connect(context, port)
    load_server.exchange(tls, "/open")
    return tls


def stalled(context, port):
    """A client that is asked: it does not read any more, and so never answers."""
    tls = load_server.connect(context, port)
    tls.sendall(b"GET /async HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return tls


def threads(pid):
    return sum(1 for _ in pathlib.Path(f"/proc/{pid}/task").iterdir())


def served(context, port, requests):
    """The times of requests on connections of their own, in ms."""
    times = []
    for _ in range(requests):
        start = time.perf_counter()
        tls = load_server.connect(context, port)
        load_server.exchange(tls, "/open")
        times.append((time.perf_counter() - start) * 1000)
        load_server.close(tls)
    return sorted(times)


def main():
    options = arguments()
    allow_files(options.idle + options.stalled + 200)
    failures = []
    print(f"{'':18} {'resident':>9} {'heap':>9} {'threads':>8} {'CPU':>6} {'alone':>8} {'median':>8} {'99 %':>8}")
    for engine, version in SIDES:
        side = f"{engine} {version.name}"
        with load_server.LoadServer(options.server, options.dir, ("-Xmx1g",)) as server:
            port = server.ports[engine, "RSA"]
            context = load_server.tls_context(options.dir, version, "RSA")
            served(context, port, options.requests)  # what is compiled later would be counted
            alone = statistics.median(served(context, port, options.requests))
            crowd = [idle(context, port) for _ in range(options.idle)]
            crowd += [stalled(context, port) for _ in range(options.stalled)]
            in_flight = server.in_flight()
            before = server.cpu()
            time.sleep(5)
            cpu = (server.cpu() - before) / 5
            # With all of them open, and before a collection: it is what the machine must have.
            times = served(context, port, options.requests)
            count = threads(server.process.pid)
            resident, heap = server.memory()
            print(f"{side:18} {resident / 2**20:5.0f} MiB {heap / 2**20:5.0f} MiB {count:8} {cpu:6.1%} {alone:5.1f} ms"
                  f" {statistics.median(times):5.1f} ms {times[int(len(times) * .99)]:5.1f} ms", flush=True)
            if in_flight != options.stalled:
                failures.append(f"{side}: {in_flight} step-ups are in flight, of {options.stalled}")
            if resident > MOST_RESIDENT:
                failures.append(f"{side}: {resident} bytes are resident")
            if count > MOST_THREADS:
                failures.append(f"{side}: {count} threads")
            if cpu > MOST_CPU:
                failures.append(f"{side}: the CPU is at {cpu:.1%} while nothing happens")
            for tls in crowd:
                tls.close()
    sys.exit("\n".join(failures))


main()
