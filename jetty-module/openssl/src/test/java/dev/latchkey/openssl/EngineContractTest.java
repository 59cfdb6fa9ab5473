package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The {@link SSLEngine} contract with JSSE as the oracle: one schedule is run on an engine of each, in each role and
 * version, against a JSSE peer, and each result must be the same: status, handshake status, bytes consumed and produced,
 * bytes that the buffers advanced, and whether it threw. What we do otherwise, more than one record in a {@code wrap}
 * with room for it, is in {@link SeveralRecordsTest}.
 */
class EngineContractTest {
    private static final int PACKET = 16709;
    private static final int JSSE_MOST_IN_ONE_RECORD = 16367;

    /** One run of a schedule; what it saw, line by line. */
    private static final class Run {
        final List<String> log = new ArrayList<>();
        final Peer subject;
        final Peer peer;
        private final boolean padded;

        Run(Engines engines, boolean subjectIsServer, String protocol) throws SSLException {
            String suite =
                    protocol.equals("TLSv1.3") ? "TLS_AES_128_GCM_SHA256" : "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
            var server = Pki.context(subjectIsServer ? engines : Engines.JSSE, Pki.SERVER_RSA);
            var client = Pki.context(subjectIsServer ? Engines.JSSE : engines);
            EnginePair pair = new EnginePair(
                    client,
                    server,
                    e -> {
                        e.setEnabledProtocols(new String[] {protocol});
                        e.setEnabledCipherSuites(new String[] {suite});
                    },
                    e -> {});
            padded = protocol.equals("TLSv1.3");
            subject = subjectIsServer ? pair.server : pair.client;
            peer = subjectIsServer ? pair.client : pair.server;
        }

        Run connected() throws SSLException {
            subject.engine.beginHandshake();
            peer.engine.beginHandshake();
            Peer.settle(subject, peer);
            return this;
        }

        void wrap(String what, ByteBuffer[] sources, ByteBuffer destination) {
            int before = remaining(sources);
            int start = destination.position();
            String result;
            try {
                SSLEngineResult r = Peer.checked(() -> subject.engine.wrap(sources, destination));
                result = padded ? showPadded(r) : show(r);
                assertThat(r.bytesConsumed()).isEqualTo(before - remaining(sources));
                assertThat(r.bytesProduced()).isEqualTo(destination.position() - start);
                ByteBuffer made = destination.duplicate();
                made.limit(destination.position()).position(start);
                subject.send(made);
            } catch (SSLException e) {
                result = "SSLException";
            }
            log.add(what + " -> " + result + state());
        }

        void unwrap(String what, ByteBuffer source, ByteBuffer[] destinations) {
            int before = source.remaining();
            int room = remaining(destinations);
            String result;
            try {
                SSLEngineResult r = Peer.checked(() -> subject.engine.unwrap(source, destinations));
                result = show(r);
                assertThat(r.bytesConsumed()).isEqualTo(before - source.remaining());
                assertThat(r.bytesProduced()).isEqualTo(room - remaining(destinations));
            } catch (SSLException e) {
                result = "SSLException";
            }
            log.add(what + " -> " + result + state());
        }

        void act(String what, Action action) {
            String result = "";
            try {
                action.run();
            } catch (SSLException e) {
                result = " SSLException";
            }
            log.add(what + result + state());
        }

        private String state() {
            SSLEngine e = subject.engine;
            return " | " + e.getHandshakeStatus() + (e.isInboundDone() ? " in-done" : "")
                    + (e.isOutboundDone() ? " out-done" : "");
        }

        /** JSSE pads its records of TLS 1.3 and so takes a little less into one: sizes differ, rightly. */
        private static String showPadded(SSLEngineResult r) {
            String consumed = r.bytesConsumed() >= JSSE_MOST_IN_ONE_RECORD ? "a record full" : r.bytesConsumed() + "";
            return r.getStatus() + " " + r.getHandshakeStatus() + " " + consumed + "/" + (r.bytesProduced() > 0);
        }

        private static String show(SSLEngineResult r) {
            return r.getStatus() + " " + r.getHandshakeStatus() + " " + r.bytesConsumed() + "/" + r.bytesProduced();
        }

        private static int remaining(ByteBuffer[] buffers) {
            return Stream.of(buffers).mapToInt(ByteBuffer::remaining).sum();
        }
    }

    interface Action {
        void run() throws SSLException;
    }

    interface Schedule {
        void on(Run run) throws SSLException;
    }

    static Stream<Arguments> rolesAndVersions() {
        return Stream.of("TLSv1.2", "TLSv1.3").flatMap(v -> Stream.of(Arguments.of(true, v), Arguments.of(false, v)));
    }

    static Stream<Arguments> seeds() {
        long base = Long.getLong("latchkey.seed", System.nanoTime());
        return rolesAndVersions()
                .flatMap(a -> IntStream.range(0, 12).mapToObj(i -> Arguments.of(a.get()[0], a.get()[1], base + i)));
    }

    private static void compare(boolean server, String protocol, String about, Schedule schedule) throws SSLException {
        Run expected = new Run(Engines.JSSE, server, protocol);
        schedule.on(expected);
        Run actual = new Run(Engines.OPENSSL, server, protocol);
        schedule.on(actual);
        for (int i = 0; i < expected.log.size(); i++) {
            assertThat(actual.log.get(i))
                    .as("%s, %s, %s, line %s", server ? "server" : "client", protocol, about, i)
                    .isEqualTo(expected.log.get(i));
        }
        assertThat(actual.log).hasSameSizeAs(expected.log);
    }

    private static ByteBuffer[] text(String text) {
        return new ByteBuffer[] {ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))};
    }

    private static ByteBuffer[] room(int... sizes) {
        return IntStream.of(sizes).mapToObj(ByteBuffer::allocate).toArray(ByteBuffer[]::new);
    }

    @ParameterizedTest
    @MethodSource("rolesAndVersions")
    void beforeTheHandshake(boolean server, String protocol) throws SSLException {
        compare(server, protocol, "empty unwrap", r -> r.unwrap("unwrap nothing", ByteBuffer.allocate(0), room(0)));
        compare(server, protocol, "status", r -> r.act("status", () -> {}));
        compare(server, protocol, "sizes", r -> {
            r.act("application " + r.subject.engine.getSession().getApplicationBufferSize(), () -> {});
        });
        compare(server, protocol, "begin", r -> r.act("begin", r.subject.engine::beginHandshake));
        compare(server, protocol, "half a header", r -> {
            r.act("begin", r.subject.engine::beginHandshake);
            r.unwrap("3 bytes", ByteBuffer.wrap(new byte[] {22, 3, 1}), room(20000));
        });
        compare(server, protocol, "tiny wrap", r -> r.wrap("wrap into 10", text(""), ByteBuffer.allocate(10)));
        compare(server, protocol, "closeInbound", r -> {
            r.act("closeInbound", r.subject.engine::closeInbound);
            r.unwrap("unwrap", ByteBuffer.allocate(0), room(20000));
        });
        compare(server, protocol, "closeOutbound", r -> {
            r.act("closeOutbound", r.subject.engine::closeOutbound);
            r.wrap("wrap", text(""), ByteBuffer.allocate(PACKET));
            r.wrap("wrap", text(""), ByteBuffer.allocate(PACKET));
        });
    }

    /**
     * Not as JSSE does: there the other direction stays open, for a handshake that can never end. Here both are closed, so
     * that nobody waits.
     */
    @ParameterizedTest
    @MethodSource("rolesAndVersions")
    void closingOrGarbageInMidHandshakeEndsBothDirections(boolean server, String protocol) throws SSLException {
        Schedule closeOutbound = r -> r.act("closeOutbound", r.subject.engine::closeOutbound);
        Schedule closeInbound = r -> r.act("closeInbound", r.subject.engine::closeInbound);
        Schedule garbage = r -> {
            r.wrap("wrap", text(""), ByteBuffer.allocate(PACKET));
            ByteBuffer request = text("GET / HTTP/1.1 and so on")[0];
            r.unwrap("garbage", request, room(20000));
        };
        for (Schedule schedule : List.of(closeOutbound, closeInbound, garbage)) {
            Run run = new Run(Engines.OPENSSL, server, protocol);
            run.subject.engine.beginHandshake();
            schedule.on(run);
            run.wrap("wrap", text("lost"), ByteBuffer.allocate(PACKET));
            run.wrap("wrap", text("lost"), ByteBuffer.allocate(PACKET));
            run.unwrap("unwrap", ByteBuffer.allocate(100), room(20000));
            assertThat(run.log.get(run.log.size() - 2)).startsWith("wrap -> CLOSED NOT_HANDSHAKING 0/");
            assertThat(run.log.get(run.log.size() - 1))
                    .isEqualTo("unwrap -> CLOSED NOT_HANDSHAKING 0/0 | NOT_HANDSHAKING in-done out-done");
        }
    }

    @ParameterizedTest
    @MethodSource("rolesAndVersions")
    void data(boolean server, String protocol) throws SSLException {
        compare(server, protocol, "wraps", r -> {
            r.connected();
            r.wrap("empty", text(""), ByteBuffer.allocate(PACKET));
            r.wrap("no buffers", Peer.NOTHING, ByteBuffer.allocate(PACKET));
            r.wrap("into 0", text("x"), ByteBuffer.allocate(0));
            r.wrap("into packet - 1", text("x"), ByteBuffer.allocate(PACKET - 1));
            r.wrap("into packet", text("x"), ByteBuffer.allocate(PACKET));
            r.wrap("16384", room(16384), ByteBuffer.allocate(PACKET));
            r.wrap("16385", room(16385), ByteBuffer.allocate(PACKET + 100));
            r.wrap("several", room(10, 0, 20, 16370), ByteBuffer.allocateDirect(PACKET));
            r.wrap(
                    "read-only",
                    new ByteBuffer[] {ByteBuffer.allocate(100).asReadOnlyBuffer()},
                    ByteBuffer.allocate(PACKET));
            r.wrap("direct", new ByteBuffer[] {ByteBuffer.allocateDirect(100)}, ByteBuffer.allocate(PACKET));
        });
        compare(server, protocol, "unwraps", r -> {
            r.connected();
            r.peer.wrap(ByteBuffer.allocate(1000));
            ByteBuffer whole = r.subject.inbound;
            r.unwrap("nothing", ByteBuffer.allocate(0), room(20000));
            r.unwrap("nothing into nothing", ByteBuffer.allocate(0), room(0));
            r.unwrap("no room", whole.duplicate(), room(0));
            r.unwrap("no destination", whole.duplicate(), room());
            r.unwrap("room - 1", whole.duplicate(), room(999));
            for (int bytes : new int[] {1, 4, 5, 6, 100, whole.remaining() - 1}) {
                r.unwrap(bytes + " bytes", whole.duplicate().limit(bytes), room(20000));
            }
            r.unwrap("5 bytes, small room", whole.duplicate().limit(5), room(10));
            r.unwrap("whole, in parts", whole.asReadOnlyBuffer(), room(1, 0, 500, 700));
            r.peer.wrap(ByteBuffer.allocateDirect(10));
            r.unwrap("direct", r.subject.inbound.position(whole.limit()), new ByteBuffer[] {
                ByteBuffer.allocateDirect(100)
            });
        });
        compare(server, protocol, "two records in one buffer", r -> {
            r.connected();
            r.peer.wrap("first");
            r.peer.wrap("second");
            r.unwrap("first", r.subject.inbound, room(20000));
            r.unwrap("second", r.subject.inbound, room(20000));
            r.unwrap("no third", r.subject.inbound, room(20000));
        });
    }

    @ParameterizedTest
    @MethodSource("rolesAndVersions")
    void closing(boolean server, String protocol) throws SSLException {
        compare(server, protocol, "we close first", r -> {
            r.connected();
            r.act("closeOutbound", r.subject.engine::closeOutbound);
            r.act("again", r.subject.engine::closeOutbound);
            r.wrap("into 0", text(""), ByteBuffer.allocate(0));
            r.wrap("close_notify", text("lost"), ByteBuffer.allocate(PACKET));
            r.wrap("after", text("lost"), ByteBuffer.allocate(PACKET));
            r.peer.wrap("still");
            r.unwrap("data after ours", r.subject.inbound, room(20000));
            r.peer.engine.closeOutbound();
            r.peer.wrap(Peer.NOTHING);
            r.unwrap("their close_notify", r.subject.inbound, room(20000));
            r.unwrap("after", ByteBuffer.allocate(0), room(20000));
            r.act("closeInbound", r.subject.engine::closeInbound);
        });
        compare(server, protocol, "they close first", r -> {
            r.connected();
            r.peer.wrap("last");
            r.peer.engine.closeOutbound();
            r.peer.wrap(Peer.NOTHING);
            r.unwrap("data", r.subject.inbound, room(20000));
            r.unwrap("close_notify", r.subject.inbound, room(20000));
            r.unwrap("after", r.subject.inbound, room(20000));
            r.wrap("data after theirs", text("x"), ByteBuffer.allocate(PACKET));
            r.act("closeInbound", r.subject.engine::closeInbound);
            r.act("closeOutbound", r.subject.engine::closeOutbound);
            r.wrap("ours", text(""), ByteBuffer.allocate(PACKET));
            r.wrap("after", text(""), ByteBuffer.allocate(PACKET));
        });
        compare(server, protocol, "truncation", r -> {
            r.connected();
            r.act("closeInbound", r.subject.engine::closeInbound);
            r.act("again", r.subject.engine::closeInbound);
            r.unwrap("after", ByteBuffer.allocate(0), room(20000));
            r.act("closeOutbound", r.subject.engine::closeOutbound);
            r.wrap("ours", text(""), ByteBuffer.allocate(PACKET));
        });
        compare(server, protocol, "a record that is not one of theirs", r -> {
            r.connected();
            r.peer.wrap("data");
            r.subject.inbound.put(10, (byte) ~r.subject.inbound.get(10));
            r.unwrap("damaged", r.subject.inbound, room(20000));
            r.unwrap("after", r.subject.inbound, room(20000));
            r.wrap("alert", text(""), ByteBuffer.allocate(PACKET));
            r.wrap("after", text(""), ByteBuffer.allocate(PACKET));
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomSchedules(boolean server, String protocol, long seed) throws SSLException {
        compare(server, protocol, "seed " + seed, r -> {
            r.connected();
            Random random = new Random(seed);
            for (int i = 0; i < 120; i++) {
                randomStep(r, random);
            }
        });
    }

    private static void randomStep(Run r, Random random) throws SSLException {
        int kind = random.nextInt(100);
        if (kind < 30) {
            int[] sizes = random.ints(1 + random.nextInt(3), 0, random.nextBoolean() ? 200 : 12000)
                    .toArray();
            boolean direct = random.nextBoolean();
            ByteBuffer[] sources = IntStream.of(sizes)
                    .mapToObj(n -> direct ? ByteBuffer.allocateDirect(n) : ByteBuffer.allocate(n))
                    .toArray(ByteBuffer[]::new);
            int room = new int[] {0, 100, PACKET - 1, PACKET, PACKET + 5000}[random.nextInt(5)];
            r.wrap("wrap " + java.util.Arrays.toString(sizes) + " into " + room, sources, ByteBuffer.allocate(room));
        } else if (kind < 55) {
            int size = random.nextBoolean() ? random.nextInt(100) : random.nextInt(16385);
            if (!r.peer.engine.isOutboundDone()) {
                r.peer.wrap(ByteBuffer.allocate(size));
            }
        } else if (kind < 96) {
            ByteBuffer source = r.subject.inbound;
            int visible = random.nextInt(3) == 0 ? random.nextInt(source.remaining() + 1) : source.remaining();
            ByteBuffer view = source.duplicate();
            view.limit(view.position() + visible);
            // Of half a header JSSE says BUFFER_OVERFLOW unless the largest record would fit; we wait for the header.
            boolean headerIsThere = visible == 0 || visible >= 5;
            int[] rooms = random.nextInt(4) == 0 && headerIsThere
                    ? random.ints(1 + random.nextInt(3), 0, 9000).toArray()
                    : new int[] {20000};
            boolean direct = random.nextBoolean();
            ByteBuffer[] destinations = IntStream.of(rooms)
                    .mapToObj(n -> direct ? ByteBuffer.allocateDirect(n) : ByteBuffer.allocate(n))
                    .toArray(ByteBuffer[]::new);
            r.unwrap("unwrap " + visible + " into " + java.util.Arrays.toString(rooms), view, destinations);
            source.position(view.position());
        } else if (kind < 97) {
            r.act("closeOutbound", r.subject.engine::closeOutbound);
        } else if (kind < 98) {
            r.act("peer closes", () -> {
                r.peer.engine.closeOutbound();
                if (r.peer.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    r.peer.wrap(Peer.NOTHING);
                }
            });
        } else {
            r.act("status", () -> {});
        }
    }
}
