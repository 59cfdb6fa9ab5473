package dev.latchkey.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The CPU time of the server's engine alone, JSSE beside OpenSSL, without network and server: medians of interleaved
 * rounds on one thread.
 *
 * <p>Usage: {@code EngineCost [handshake|bulk] [ROUNDS]}.
 */
public final class EngineCost {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int HANDSHAKES = 100;
    private static final int RECORDS = 128;
    private static final int RECORD = 16 * 1024;

    private EngineCost() {}

    /** Runs and prints. */
    public static void main(String[] arguments) throws Exception {
        String what = arguments.length > 0 ? arguments[0] : "all";
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 31;
        EngineContexts contexts = new EngineContexts();
        System.out.printf("%-32s %9s %9s %9s  JSSE/OpenSSL%n", "", "JSSE", "OpenSSL", "");
        if (!what.equals("bulk")) {
            for (KeyKind key : KeyKind.values()) {
                handshakes(contexts, key, "TLSv1.3", rounds);
            }
        }
        if (!what.equals("handshake")) {
            bulk(contexts, true, rounds);
            bulk(contexts, false, rounds);
        }
    }

    private static void handshakes(EngineContexts contexts, KeyKind key, String protocol, int rounds) throws Exception {
        SSLContext client = contexts.client(EngineKind.JSSE);
        Map<EngineKind, SSLContext> servers = new EnumMap<>(EngineKind.class);
        Map<EngineKind, long[]> costs = new EnumMap<>(EngineKind.class);
        for (EngineKind engine : EngineKind.values()) {
            servers.put(engine, contexts.server(engine, key));
            costs.put(engine, new long[rounds]);
        }
        for (int round = -rounds / 2; round < rounds; round++) {
            for (EngineKind engine : EngineKind.values()) {
                long sum = 0;
                for (int i = 0; i < HANDSHAKES; i++) {
                    EnginePair pair = new EnginePair(client, servers.get(engine), protocol, true).handshake();
                    pair.close();
                    sum += pair.serverNanos();
                }
                if (round >= 0) {
                    costs.get(engine)[round] = sum / HANDSHAKES;
                }
            }
        }
        print("handshake " + key + ", us", costs, 1e3);
    }

    private static void bulk(EngineContexts contexts, boolean direct, int rounds) throws Exception {
        Map<EngineKind, EnginePair> pairs = new EnumMap<>(EngineKind.class);
        Map<EngineKind, long[]> wraps = new EnumMap<>(EngineKind.class);
        Map<EngineKind, long[]> unwraps = new EnumMap<>(EngineKind.class);
        for (EngineKind engine : EngineKind.values()) {
            SSLContext client = contexts.client(EngineKind.JSSE);
            pairs.put(
                    engine, new EnginePair(client, contexts.server(engine, KeyKind.EC), "TLSv1.3", direct).handshake());
            wraps.put(engine, new long[rounds]);
            unwraps.put(engine, new long[rounds]);
        }
        ByteBuffer[] records = new ByteBuffer[RECORDS];
        Arrays.setAll(records, i -> EnginePair.buffer(RECORD + 1024, direct));
        ByteBuffer source = EnginePair.buffer(RECORD, direct);
        ByteBuffer destination = EnginePair.buffer(RECORD + 1024, direct);
        for (int round = -rounds; round < rounds; round++) {
            for (EngineKind kind : EngineKind.values()) {
                SSLEngine client = pairs.get(kind).client();
                SSLEngine server = pairs.get(kind).server();
                for (ByteBuffer record : records) {
                    client.wrap(source.clear(), record.clear());
                    record.flip();
                }
                long begin = THREADS.getCurrentThreadCpuTime();
                for (ByteBuffer record : records) {
                    server.unwrap(record, destination.clear());
                }
                long middle = THREADS.getCurrentThreadCpuTime();
                for (ByteBuffer record : records) {
                    server.wrap(source.clear(), record.clear());
                }
                long end = THREADS.getCurrentThreadCpuTime();
                for (ByteBuffer record : records) {
                    client.unwrap(record.flip(), destination.clear());
                }
                if (round >= 0) {
                    unwraps.get(kind)[round] = (middle - begin) / RECORDS;
                    wraps.get(kind)[round] = (end - middle) / RECORDS;
                }
            }
        }
        String where = direct ? "direct" : "heap";
        print("wrap 16 KiB, " + where + ", us", wraps, 1e3);
        print("unwrap 16 KiB, " + where + ", us", unwraps, 1e3);
    }

    private static void print(String name, Map<EngineKind, long[]> costs, double unit) {
        long[] jsse = costs.get(EngineKind.JSSE);
        long[] ours = costs.get(EngineKind.OPENSSL);
        double[] ratios = new double[jsse.length];
        Arrays.setAll(ratios, i -> jsse[i] / (double) ours[i]);
        Arrays.sort(ratios);
        System.out.printf(
                "%-32s %9.2f %9.2f %9s  %.2f%n",
                name, median(jsse) / unit, median(ours) / unit, "", ratios[ratios.length / 2]);
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
