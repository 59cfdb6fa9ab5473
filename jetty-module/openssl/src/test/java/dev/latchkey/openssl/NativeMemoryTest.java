package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.openssl.NativeHandle.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Each native handle is freed, once, on every path; and nothing is used after that. */
class NativeMemoryTest {
    private static final SSLContext SERVER = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
    private static final SSLContext CLIENT = Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT);

    /** Counts what is made and freed from now on. */
    private static final class Count {
        private final long made = Kind.SSL.made();
        private final long freed = Kind.SSL.freed();
        private final long biosMade = Kind.BIO.made();
        private final long biosFreed = Kind.BIO.freed();
        private final int registered = Registry.size();

        void assertAllFreed(int connections) {
            assertThat(Kind.SSL.made() - made).isEqualTo(connections);
            assertThat(Kind.SSL.freed() - freed).isEqualTo(connections);
            assertThat(Kind.BIO.made() - biosMade).isEqualTo(connections);
            assertThat(Kind.BIO.freed() - biosFreed).isEqualTo(connections);
            assertThat(Registry.size()).isEqualTo(registered);
        }
    }

    private static EnginePair pair(String protocol) {
        return new EnginePair(
                CLIENT,
                SERVER,
                e -> {
                    e.setEnabledProtocols(new String[] {protocol});
                    ((OpenSslEngine) e).offerPostHandshakeAuthentication(true);
                },
                e -> {});
    }

    private static void closeAbruptly(SSLEngine engine) {
        engine.closeOutbound();
        try {
            engine.closeInbound();
        } catch (SSLException e) {
            // The peer said nothing: that is the point.
        }
    }

    /** A waiter for handles of earlier tests that only the collector frees. */
    private static Count quietCount() {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return Kind.SSL.made() == Kind.SSL.freed() && Kind.BIO.made() == Kind.BIO.freed();
        });
        return new Count();
    }

    @Test
    void freedOnOrderlyCloseAbruptCloseAndFailure() throws Exception {
        Count count = quietCount();
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            EnginePair orderly = pair(protocol).handshake();
            orderly.exchange();
            orderly.close();

            EnginePair abrupt = pair(protocol).handshake();
            closeAbruptly(abrupt.client.engine);
            closeAbruptly(abrupt.server.engine);

            EnginePair damaged = pair(protocol).handshake();
            damaged.client.wrap("data");
            damaged.server.inbound.put(8, (byte) ~damaged.server.inbound.get(8));
            assertThatThrownBy(damaged.server::unwrap).isInstanceOf(SSLException.class);
            closeAbruptly(damaged.client.engine);

            EnginePair inMidHandshake = pair(protocol);
            inMidHandshake.client.engine.beginHandshake();
            inMidHandshake.client.step();
            inMidHandshake.server.step();
            closeAbruptly(inMidHandshake.client.engine);
            closeAbruptly(inMidHandshake.server.engine);
        }
        count.assertAllFreed(16);
    }

    @Test
    void anEngineThatNeverBeganNeedsNothing() {
        Count count = quietCount();
        SSLEngine engine = SERVER.createSSLEngine();
        engine.getSession();
        engine.closeOutbound();
        count.assertAllFreed(0);
    }

    /** The last resort. */
    @Test
    void anAbandonedEngineIsFreedByTheCollector() throws Exception {
        quietCount();
        pair("TLSv1.3").handshake();
        assertThat(Kind.SSL.made() - Kind.SSL.freed()).isPositive();
        quietCount();
        assertThat(Kind.SSL.made()).isEqualTo(Kind.SSL.freed());
    }

    /** A connection that is cut at any byte of the client's flight, in a request or not. */
    @Test
    void freedWhereverTheConnectionIsCut() throws Exception {
        long seed = Long.getLong("latchkey.seed", System.nanoTime());
        Random random = new Random(seed);
        Count count = quietCount();
        int connections = 0;
        for (int i = 0; i < 40; i++) {
            EnginePair pair = pair(random.nextBoolean() ? "TLSv1.2" : "TLSv1.3").handshake();
            connections += 2;
            if (pair.server.openSsl().canRequestCertificate()) {
                pair.server.openSsl().requestCertificate(null);
            } else {
                pair.server.engine.setWantClientAuth(true);
                pair.server.engine.beginHandshake();
            }
            pair.server.step();
            pair.client.step();
            pair.server.inbound.limit(random.nextInt(pair.server.inbound.limit() + 1));
            pair.server.step();
            closeAbruptly(pair.server.engine);
            closeAbruptly(pair.client.engine);
            assertThat(Kind.SSL.freed()).as("seed %s, connection %s", seed, i).isEqualTo(Kind.SSL.made());
        }
        count.assertAllFreed(connections);
    }

    @Test
    void aClosedEngineAnswersAndThrowsButNeverCrashes() throws Exception {
        EnginePair pair = pair("TLSv1.3").handshake();
        OpenSslEngine engine = pair.server.openSsl();
        closeAbruptly(engine);

        assertThat(engine.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(engine.getSession().getCipherSuite()).startsWith("TLS_");
        assertThat(engine.getApplicationProtocol()).isEmpty();
        assertThat(engine.canRequestCertificate()).isFalse();
        assertThatThrownBy(() -> engine.requestCertificate(null)).isInstanceOf(SSLException.class);
        assertThatThrownBy(engine::beginHandshake).isInstanceOf(SSLException.class);
        assertThatThrownBy(engine::nativeAddressForTests)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("This SSL is freed");
        engine.setWantClientAuth(true);
        engine.closeOutbound();
        engine.closeInbound();
    }

    @Test
    void aHandleRefusesNullAndFreesOnce() {
        assertThatThrownBy(() -> new NativeHandle(Kind.SSL, 0)).isInstanceOf(IllegalStateException.class);
        long freed = Kind.SSL_CTX.freed();
        ContextHandle handle = new ContextHandle();
        handle.close();
        handle.close();
        assertThat(Kind.SSL_CTX.freed()).isEqualTo(freed + 1);
        assertThatThrownBy(handle::address).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void upcallsForUnknownAddressesAnswerFailure() {
        assertThat(Upcalls.certificate(0x1234, 0)).isZero();
        assertThat(Upcalls.bioRead(0x1234, 0, 10)).isEqualTo(-1);
        assertThat(Upcalls.bioWrite(0x1234, 0, 10)).isEqualTo(-1);
        assertThat(Upcalls.clientHello(0x1234, 0, 0)).isZero();
        assertThat(Upcalls.alpn(0x1234, 0, 0, 0, 0, 0)).isEqualTo(AlpnSelection.FATAL);
        assertThat(Upcalls.serverName(0x1234, 0, 0)).isEqualTo(ServerNames.FATAL);
        assertThat(Upcalls.ticketRead(0x1234, 0, 0, 0, 5, 0)).isEqualTo(Tickets.IGNORE);
        Upcalls.message(0, 0, 22, 0, 1, 0x1234, 0);
    }

    @Test
    void severalThreadsUseAndCloseOneEngine() throws Exception {
        Count count = quietCount();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 30; round++) {
                EnginePair pair = pair(round % 2 == 0 ? "TLSv1.2" : "TLSv1.3").handshake();
                SSLEngine engine = pair.server.engine;
                CountDownLatch start = new CountDownLatch(1);
                List<Future<?>> futures = new ArrayList<>();
                futures.add(threads.submit(() -> together(start, () -> writeUntilClosed(engine))));
                futures.add(threads.submit(() -> together(start, engine::closeOutbound)));
                futures.add(threads.submit(() -> together(start, () -> closeAbruptly(engine))));
                futures.add(threads.submit(() -> together(start, () -> readUntilClosed(engine))));
                start.countDown();
                for (Future<?> future : futures) {
                    future.get(20, TimeUnit.SECONDS);
                }
                closeAbruptly(pair.client.engine);
            }
        } finally {
            threads.shutdownNow();
        }
        count.assertAllFreed(60);
    }

    private interface Action {
        void run() throws Exception;
    }

    private static Void together(CountDownLatch start, Action action) throws Exception {
        start.await();
        action.run();
        return null;
    }

    private static void writeUntilClosed(SSLEngine engine) throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(20000);
        do {
            out.clear();
            engine.wrap(ByteBuffer.allocate(100), out);
        } while (!engine.isOutboundDone());
    }

    private static void readUntilClosed(SSLEngine engine) throws SSLException {
        ByteBuffer in = ByteBuffer.allocate(20000);
        while (!engine.isInboundDone()) {
            engine.unwrap(ByteBuffer.allocate(0), in);
        }
    }
}
