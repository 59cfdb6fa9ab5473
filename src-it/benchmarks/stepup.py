#!/usr/bin/env python3
"""Measures what a step-up adds to a request: time against that of a connection, and the server's CPU time.

README.md beside this file has the command. One client, one connection after the other, keys of one kind on both
sides (RSA-2048 or P-256), no resumption. On each connection it takes the time of
  connect   TCP and TLS,
  plain     a request that asks for nothing,
  step-up   a request that asks for the certificate.
The servers take turns: JSSE (TLS 1.2 only, for it cannot ask on TLS 1.3), OpenSSL, and Apache httpd where there is one.
It prints medians, and of the rounds the median of (step-up - plain) / connect. The CPU time of a step-up is that of
connections with one less that of connections with a second plain request.
"""

import argparse
import os
import pathlib
import shutil
import ssl
import statistics
import subprocess
import sys
import time

import load_server

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
HTTPD_MODULES = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules")
HTTPD = """\
ServerName localhost
ServerRoot {dir}
PidFile {dir}/httpd.pid
ErrorLog {dir}/httpd.log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
{user}
StartServers 1
ServerLimit 1
DocumentRoot {dir}/www
KeepAlive On
MaxKeepAliveRequests 0
SSLEngine on
SSLSessionCache none
SSLCertificateFile {dir}/server-{key}.pem
SSLCertificateKeyFile {dir}/server-{key}.key
SSLCACertificateFile {dir}/ca.pem
<Location "/secure">
  SSLVerifyClient require
</Location>
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_server.add_arguments(parser)
    parser.add_argument("--key", choices=("RSA", "EC"), default="RSA", help="of server and client; default RSA")
    parser.add_argument("--connections", type=int, default=100, help="a round and server; default 100")
    parser.add_argument("--rounds", type=int, default=9, help="default 9")
    parser.add_argument("--warm-up", type=int, default=8000, help="connections to each server before; default 8000")
    parser.add_argument("--httpd", default=shutil.which("apache2") or shutil.which("httpd"), help="default: from PATH")
    return parser.parse_args()


class Httpd:
    """An Apache httpd of its own, with the same certificates."""

    def __init__(self, program, directory, key):
        modules = next((m for m in HTTPD_MODULES if pathlib.Path(m).is_dir()), None)
        if modules is None:
            sys.exit(f"None of {HTTPD_MODULES} is there; run without --httpd to leave it out.")
        www = directory / "www"
        www.mkdir(exist_ok=True)
        (www / "open").write_text("open\n")
        (www / "secure").write_text("secure\n")
        self.port = load_server.free_port()
        user = "User nobody" if os.geteuid() == 0 else ""
        configuration = directory / "httpd.conf"
        configuration.write_text(HTTPD.format(dir=directory.resolve(), port=self.port, modules=modules,
                                              user=user, key=key.lower()))
        self.process = subprocess.Popen([program, "-f", str(configuration.resolve()), "-DFOREGROUND"])
        load_server.await_port(self.port, self.process)

    def cpu(self):
        return load_server.cpu_of(self.process.pid)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Side:
    """One server with one TLS version, and what was measured of it."""

    def __init__(self, name, version, cpu, port):
        self.name, self.version, self.cpu, self.port = name, version, cpu, port
        self.connect, self.plain, self.step_up, self.ratios, self.cost, self.base = [], [], [], [], [], []

    def connection(self, context, second):
        """One connection with two requests; the times of connecting and of each."""
        begin = time.perf_counter()
        tls = load_server.connect(context, self.port)
        connected = time.perf_counter()
        if tls.session_reused:
            sys.exit("The TLS session was resumed; a full handshake is what is measured.")
        load_server.exchange(tls, "/open")
        asked = time.perf_counter()
        body = load_server.exchange(tls, second)
        end = time.perf_counter()
        if second == "/secure" and b"mechanism=none" in body:
            sys.exit(f"Not what is measured here: {body}")
        load_server.close(tls)
        return connected - begin, asked - connected, end - asked

    def measure(self, context, count, second):
        begin = self.cpu()
        times = [self.connection(context, second) for _ in range(count)]
        return (self.cpu() - begin) / count * 1000, [statistics.median(c) * 1000 for c in zip(*times)]

    def round(self, context, count):
        without, _ = self.measure(context, count, "/open")
        cpu, (connect, plain, step_up) = self.measure(context, count, "/secure")
        self.connect.append(connect)
        self.plain.append(plain)
        self.step_up.append(step_up)
        self.ratios.append((step_up - plain) / connect)
        self.base.append(without)
        self.cost.append(cpu - without)

    def print(self):
        columns = [statistics.median(c) for c in (self.connect, self.plain, self.step_up, self.ratios, self.base, self.cost)]
        print(f"TLS {self.version} {self.name:12}" + "".join(f"{c:10.2f}" for c in columns), flush=True)


def main():
    options = arguments()
    if not options.httpd:
        print("Left out: Apache httpd, which is not installed")
    with load_server.LoadServer(options.server, options.dir) as server:
        # With the certificates that the server has just written.
        httpd = Httpd(options.httpd, options.dir, options.key) if options.httpd else None
        try:
            compare(server, httpd, options)
        finally:
            if httpd:
                httpd.close()


def compare(server, httpd, options):
    print(f"{ssl.OPENSSL_VERSION}; medians of {options.rounds} rounds of {options.connections} connections, in ms")
    print(f"{'':20}" + "".join(f"{c:>10}" for c in ("connect", "plain", "step-up", "ratio", "CPU base", "CPU up")))
    for version, number in VERSIONS.items():
        sides = [Side("OpenSSL", version, server.cpu, server.ports["OPENSSL", options.key])]
        if version == "1.2":
            sides.insert(0, Side("JSSE", version, server.cpu, server.ports["JSSE", options.key]))
        if httpd:
            sides.append(Side("Apache httpd", version, httpd.cpu, httpd.port))
        context = load_server.tls_context(options.dir, number, options.key)
        for side in sides:
            for _ in range(options.warm_up):
                side.connection(context, "/secure")
        for _ in range(options.rounds):
            for side in sides:
                side.round(context, options.connections)
        for side in sides:
            side.print()


main()
