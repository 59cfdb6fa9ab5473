package dev.latchkey.benchmark;
public final class Spin {
    public static void main(String[] a) throws Exception {
        EngineContexts c = new EngineContexts();
        var client = c.client(EngineKind.JSSE); var server = c.server(EngineKind.valueOf(a[0]), KeyKind.valueOf(a[1]));
        long end = System.nanoTime() + Long.parseLong(a[2]) * 1_000_000_000L; long sum=0; int n=0, k=0;
        long mid = System.nanoTime() + Long.parseLong(a[2]) * 500_000_000L;
        while (System.nanoTime() < end) { EnginePair p = new EnginePair(client, server, "TLSv1.3", true).handshake(); p.close(); if (System.nanoTime()>mid) {sum += p.serverNanos(); n++;} }
        System.out.println(a[0] + " " + a[1] + " us " + sum / 1000.0 / n + " n " + n);
    }
}
