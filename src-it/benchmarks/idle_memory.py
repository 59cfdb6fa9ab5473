#!/usr/bin/env python3
"""Measures what an idle TLS connection costs a Jetty in memory, JSSE beside OpenSSL.

README.md beside this file has the command. Each side has a process of its own, whose heap is of a fixed size and touched
at start, so that what its resident memory grows by is native; the heap in use is measured beside it, after collections.
Each connection sends 16 KiB and receives 16 KiB, and then waits.
"""

import argparse
import resource
import ssl

import load_server

BYTES = 16 * 1024
HEAP = ("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_server.add_arguments(parser)
    parser.add_argument("--connections", type=int, default=4000, help="default 4000")
    parser.add_argument("--warm-up", type=int, default=1500, help="connections before, closed again; default 1500")
    return parser.parse_args()


def connection(context, port):
    tls = load_server.connect(context, port)
    load_server.exchange(tls, "/sink", bytes(BYTES))
    load_server.exchange(tls, f"/bytes?{BYTES}")
    return tls


def main():
    options = arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{'KiB of each idle connection':28} {'resident':>9} {'Java heap':>9} {'both':>9}")
    for engine in ("JSSE", "OPENSSL"):
        for name in ("TLSv1_2", "TLSv1_3"):
            with load_server.LoadServer(options.server, options.dir, HEAP) as server:
                port = server.ports[engine, "RSA"]
                context = load_server.tls_context(options.dir, ssl.TLSVersion[name])
                for _ in range(options.warm_up):
                    load_server.close(connection(context, port))
                resident, heap = server.memory()
                open_ones = [connection(context, port) for _ in range(options.connections)]
                resident_now, heap_now = server.memory()
                native = (resident_now - resident) / options.connections / 1024
                java = (heap_now - heap) / options.connections / 1024
                print(f"{engine + ' ' + name:28} {native:9.1f} {java:9.1f} {native + java:9.1f}", flush=True)
                for tls in open_ones:
                    tls.close()


main()
