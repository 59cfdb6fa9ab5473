package dev.latchkey.openssl;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * A program for {@link DeepStackTest}: recurses with a call of the engine at each level, as a parser of nested input
 * does, until the stack overflows; over and over, on stacks of different sizes. Says what it saw in one line each.
 */
final class DeepStack {
    private static final SSLContext SERVER = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
    private static final SSLContext CLIENT = Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT);
    private static final int ROUNDS = 12;
    /** Of what takes a handshake at each level. */
    private static final int FEW_ROUNDS = 4;

    private static final int STACK = 256 * 1024;
    private static final int RECORDS = 3_000;

    private DeepStack() {}

    /** What is done at each level. */
    private interface Step {
        void run() throws SSLException;
    }

    /** Makes what the levels of one round work on, and says what is done with it. */
    private interface Scenario {
        Step prepare(int round) throws SSLException;
    }

    public static void main(String[] args) throws Exception {
        long seed = Long.getLong("latchkey.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        run("read", ROUNDS, random, 0, false, DeepStack::read);
        run("write", ROUNDS, random, 0, false, round -> write());
        run("write on a virtual thread", ROUNDS, random, 0, true, round -> write());
        run("handshake", FEW_ROUNDS, random, 12, false, DeepStack::handshake);
        run("ask again", FEW_ROUNDS, random, 12, false, DeepStack::ask);
        run("close", FEW_ROUNDS, random, 12, false, round -> close());
        System.out.println("alive");
    }

    private static void run(String name, int rounds, Random random, int apart, boolean virtual, Scenario scenario)
            throws Exception {
        int overflows = 0;
        for (int round = 0; round < rounds; round++) {
            Step step = scenario.prepare(round);
            int before = random.nextInt(64);
            boolean[] overflowed = {false};
            Runnable task = () -> overflowed[0] = overflows(before, apart, step);
            Thread thread = virtual
                    ? Thread.ofVirtual().start(task)
                    : new Thread(null, task, "deep", STACK + 4096L * random.nextInt(8));
            if (!virtual) {
                thread.start();
            }
            thread.join();
            overflows += overflowed[0] ? 1 : 0;
        }
        System.out.println(name + ": " + overflows + " of " + rounds);
    }

    private static boolean overflows(int before, int apart, Step step) {
        try {
            level(before, apart, step);
            return false;
        } catch (StackOverflowError e) {
            return true;
        }
    }

    /** Some levels of nothing, then the step, then the next. */
    private static int level(int nothing, int apart, Step step) {
        if (nothing > 0) {
            return level(nothing - 1, apart, step) + 1;
        }
        try {
            step.run();
        } catch (SSLException e) {
            // An upcall had too little room for its work: the connection failed, and the stack goes on.
        }
        return level(apart, apart, step) + 1;
    }

    private static EnginePair pair(String protocol) throws SSLException {
        return new EnginePair(
                CLIENT,
                SERVER,
                e -> {
                    e.setEnabledProtocols(new String[] {protocol});
                    ((OpenSslEngine) e).offerPostHandshakeAuthentication(true);
                },
                e -> {});
    }

    private static String protocol(int round) {
        return round % 2 == 0 ? "TLSv1.3" : "TLSv1.2";
    }

    private static Step read(int round) throws SSLException {
        EnginePair pair = pair(protocol(round)).handshake();
        Deque<ByteBuffer> records = new ArrayDeque<>(RECORDS);
        ByteBuffer made = ByteBuffer.allocate(pair.client.engine.getSession().getPacketBufferSize());
        for (int i = 0; i < RECORDS; i++) {
            pair.client.engine.wrap(ByteBuffer.wrap(new byte[] {'['}), made.clear());
            records.add(ByteBuffer.allocate(made.flip().remaining()).put(made).flip());
        }
        ByteBuffer plain = ByteBuffer.allocate(20_000);
        return () -> pair.server.engine.unwrap(records.remove(), plain.clear());
    }

    private static Step write() throws SSLException {
        EnginePair pair = pair("TLSv1.3").handshake();
        ByteBuffer made = ByteBuffer.allocate(pair.server.engine.getSession().getPacketBufferSize());
        byte[] data = {']'};
        return () -> pair.server.engine.wrap(ByteBuffer.wrap(data), made.clear());
    }

    private static Step handshake(int round) {
        return () -> {
            EnginePair pair = pair(protocol(round));
            pair.server.engine.setWantClientAuth(true);
            pair.client.engine.beginHandshake();
            pair.settle();
            pair.client.engine.closeOutbound();
            pair.server.engine.closeOutbound();
        };
    }

    private static Step ask(int round) throws SSLException {
        boolean newer = round % 2 == 0;
        EnginePair[] pair = {pair(protocol(round)).handshake()};
        return () -> {
            OpenSslEngine server = pair[0].server.openSsl();
            if (newer) {
                server.requestCertificate(null);
            } else {
                server.setWantClientAuth(true);
                server.beginHandshake();
            }
            pair[0].settle();
        };
    }

    private static Step close() throws SSLException {
        Deque<OpenSslEngine> engines = new ArrayDeque<>();
        for (int i = 0; i < 100; i++) {
            EnginePair pair = pair("TLSv1.3").handshake();
            engines.add(pair.client.openSsl());
            engines.add(pair.server.openSsl());
        }
        return () -> {
            OpenSslEngine next = engines.poll();
            if (next != null) {
                next.closeOutbound();
                next.closeInbound();
            }
        };
    }
}
