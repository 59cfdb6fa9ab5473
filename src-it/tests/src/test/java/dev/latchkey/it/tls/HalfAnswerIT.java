package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.Tamper;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A client's answer that begins and does not end, cut in each message at each of its first bytes, in the middle and at
 * its end, the messages in records of their own, in two or in one together, and then left alone, dribbled on, broken off, given up by the application, or stopped: the request ends with
 * its reason at once, its thread comes back, and others are served.
 *
 * <p>A sample; the whole table with {@code -Dlatchkey.cases=all}.
 */
class HalfAnswerIT {
    private static final int SAMPLE = 90;
    private static final int PATIENCE = 45;

    /** Long enough for a busy machine to cut the answer before, and short enough to be waited for. */
    private static final int SHORT_MILLIS = 1500;

    private static final int LONG_MILLIS = 60_000;

    private enum Then {
        DEADLINE,
        DRIBBLE,
        FIN,
        RST,
        CANCEL,
        RESPONSE
    }

    /** The records that the message is sent in, as far as it is sent. */
    private enum Records {
        ONE,
        TWO,
        /** With the whole message that comes before, in the same record. */
        WITH_THE_ONE_BEFORE
    }

    /** @param cut how many bytes of the message are sent; MIDDLE for half of them, 0 for all, -1 for all but one */
    private record Case(int message, int cut, Then then, boolean blocking, boolean withBody, Records records) {
        static final int MIDDLE = 1000;

        int at(int length) {
            return cut == MIDDLE ? length / 2 : cut <= 0 ? length + cut : Math.min(cut, length - 1);
        }
    }

    /** A request under way, from the application's side. */
    private static final class Asked {
        private final CompletableFuture<String> outcome = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final AtomicBoolean completed = new AtomicBoolean();
        /** There once the call has returned, which a client can be faster than. */
        private final CompletableFuture<CompletableFuture<ClientCertificate>> asked = new CompletableFuture<>();

        private volatile Runnable response;
    }

    private final Map<String, Asked> requests = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();

    private static List<Case> table() {
        List<Case> table = new ArrayList<>();
        for (int message : UnfinishedHandshakeIT.messages()) {
            for (int cut : new int[] {1, 2, 3, 4, 5, Case.MIDDLE, -1, 0}) {
                for (Then then : Then.values()) {
                    boolean whole = cut == 0 && message == CraftedClient.FINISHED;
                    if (!whole) {
                        table.add(new Case(message, cut, then, false, cut % 2 == 0, Records.ONE));
                    }
                    if (!whole && then != Then.CANCEL && then != Then.RESPONSE) {
                        table.add(new Case(message, cut, then, true, cut % 2 == 1, Records.ONE));
                    }
                    if (!whole && cut > 3) {
                        table.add(new Case(message, cut, then, false, false, Records.TWO));
                    }
                    if (!whole && before(message) != 0) {
                        table.add(new Case(message, cut, then, false, false, Records.WITH_THE_ONE_BEFORE));
                    }
                }
            }
        }
        return table;
    }

    /** {@return the message before this one, if a record can hold both, or 0} */
    private static int before(int message) {
        List<Integer> messages = UnfinishedHandshakeIT.messages();
        int before = messages.indexOf(message) - 1;
        boolean afterChange =
                message == CraftedClient.FINISHED && !Lane.current().isPostHandshake();
        return before < 0 || afterChange || messages.get(before) == CraftedClient.CLIENT_HELLO
                ? 0
                : messages.get(before);
    }

    private StepUpServer server() {
        return new StepUpServer()
                .settings(f -> f.setMaxBlockedThreads(40)) // half of them for the one address of all cases
                .on("/open", (request, response) -> response.getWriter().print("open"))
                .on("/blocking", this::blocking)
                .on("/async", this::async);
    }

    private static NegotiationOptions options(HttpServletRequest request) {
        return NegotiationOptions.builder()
                .deadline(Duration.ofMillis(Integer.parseInt(request.getParameter("deadline"))))
                .build();
    }

    private void blocking(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Asked here = requests.get(request.getParameter("id"));
        try {
            ClientCertificates.of(request).negotiateClientCertificate(options(request));
            here.outcome.complete("a certificate");
        } catch (NegotiationException x) {
            here.outcome.complete(x.reason().code());
            throw x;
        } finally {
            here.ended.complete(null);
        }
    }

    private void async(HttpServletRequest request, HttpServletResponse response) {
        Asked here = requests.get(request.getParameter("id"));
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        here.response = () -> {
            if (here.completed.compareAndSet(false, true)) {
                try {
                    response.getWriter().print("answered");
                    response.flushBuffer();
                } catch (IOException gone) {
                    // The connection has ended, as it may.
                } finally {
                    async.complete();
                    here.ended.complete(null);
                }
            }
        };
        CompletableFuture<ClientCertificate> asked = ClientCertificates.of(request)
                .negotiateClientCertificateAsync(options(request))
                .toCompletableFuture();
        asked.whenComplete((c, x) -> {
            here.outcome.complete(x == null ? "a certificate" : describe(x));
            here.response.run();
        });
        here.asked.complete(asked);
    }

    private static String describe(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof NegotiationException x
                ? x.reason().code()
                : cause instanceof CancellationException ? "cancelled" : String.valueOf(cause);
    }

    /** A client that has sent a part of its answer. */
    private final class HalfClient implements AutoCloseable {
        private final CompletableFuture<byte[]> rest = new CompletableFuture<>();
        private final CompletableFuture<Tamper.Wire> wire = new CompletableFuture<>();
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private final Asked asked = new Asked();
        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private final CraftedClient client;

        HalfClient(StepUpServer server, Case one, int deadline) throws Exception {
            client = CraftedClient.recipe()
                    .certificate(TestPki.ALICE)
                    .tamper((type, message, to) -> send(one, type, message, to))
                    .connect(server.port());
            String id = String.valueOf(number.incrementAndGet());
            requests.put(id, asked);
            String uri = (one.blocking() ? "/blocking" : "/async") + "?id=" + id + "&deadline=" + deadline;
            client.send(
                    one.withBody()
                            ? "POST " + uri + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
                            : "GET " + uri + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Thread reader = new Thread(this::read, "half-answer-client");
            reader.setDaemon(true);
            reader.start();
            try {
                // On a very busy machine a short deadline can come first.
                await(CompletableFuture.anyOf(rest, asked.outcome), "the client was asked");
            } catch (AssertionError late) {
                client.close();
                throw late;
            }
        }

        private void send(Case one, int type, byte[] message, Tamper.Wire to) throws IOException {
            if (type != one.message()) {
                if (one.records() == Records.WITH_THE_ONE_BEFORE && type == before(one.message())) {
                    held.writeBytes(message);
                } else {
                    to.record(TlsRecord.HANDSHAKE, message);
                }
                return;
            }
            int at = one.at(message.length);
            int first = one.records() == Records.TWO ? at / 2 : 0;
            if (first > 0) {
                to.record(TlsRecord.HANDSHAKE, Arrays.copyOf(message, first));
            }
            held.write(message, first, at - first);
            to.record(TlsRecord.HANDSHAKE, held.toByteArray());
            wire.complete(to);
            rest.complete(Arrays.copyOfRange(message, at, message.length));
            client.drain(); // the client proper says no more
            throw new EOFException("the server has closed");
        }

        private void read() {
            try {
                while (client.readByte() >= 0) {
                    // To the end.
                }
                end.complete("the end");
            } catch (IOException | RuntimeException x) {
                end.complete(x.toString());
            }
        }

        /** The rest but for the last byte, a byte a record, until nobody listens any more. */
        void dribble() throws Exception {
            byte[] left = rest.getNow(new byte[0]);
            try {
                for (int i = 0; i < left.length - 1; i++) {
                    wire.get().record(TlsRecord.HANDSHAKE, new byte[] {left[i]});
                    if (isOver(Duration.ofMillis(20))) {
                        return;
                    }
                }
            } catch (IOException gone) {
                // The connection has ended.
            }
        }

        private boolean isOver(Duration pause) throws Exception {
            try {
                asked.outcome.get(pause.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException notYet) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }

    private void trial(StepUpServer server, Case one) throws Exception {
        boolean byTime = one.then() == Then.DEADLINE || one.then() == Then.DRIBBLE;
        try (HalfClient half = new HalfClient(server, one, byTime ? SHORT_MILLIS : LONG_MILLIS)) {
            switch (one.then()) {
                case DEADLINE -> {}
                case DRIBBLE -> half.dribble();
                case FIN -> half.client.close();
                case RST -> half.client.reset();
                // On a thread of the server's, as an application does; and a test can wait for it.
                case CANCEL ->
                    server.server()
                            .getThreadPool()
                            .execute(() -> half.asked.asked.join().cancel(true));
                case RESPONSE -> server.server().getThreadPool().execute(half.asked.response);
            }
            assertThat(half.asked.outcome.get(PATIENCE, TimeUnit.SECONDS)).isIn(expected(one.then()));
            await(half.asked.ended, "the request ended");
            await(half.end, "the connection ended");
        }
    }

    private static List<String> expected(Then then) {
        return switch (then) {
            case DEADLINE, DRIBBLE -> List.of("LK401");
            case FIN, RST -> List.of("LK402", "LK403");
            case CANCEL -> List.of("cancelled");
            case RESPONSE -> List.of("LK501");
        };
    }

    private static void await(CompletableFuture<?> event, String what) {
        assertThat(event).as(what).succeedsWithin(Duration.ofSeconds(PATIENCE));
    }

    private static void assertServes(StepUpServer server) throws Exception {
        try (TlsConnection other = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(other.protocol()).isEqualTo(Lane.current().protocol());
            assertThat(other.get("/open").text()).isEqualTo("open");
        }
    }

    @Test
    void anAnswerThatBeginsAndDoesNotEndEndsItsRequest() throws Exception {
        try (StepUpServer server = server().start()) {
            assertServes(server);
            ManyCases.run("half an answer", table(), SAMPLE, one -> trial(server, one));
            assertServes(server);
            server.awaitNothingKept();
            server.awaitConnections(0);
            RestingServers.assertRest();
        }
    }

    @Test
    void aServerStopsInTheMiddleOfAnswers() throws Exception {
        List<HalfClient> clients = new ArrayList<>();
        try (StepUpServer server = server().start()) {
            for (Case one : table()) {
                if (one.then() == Then.DEADLINE && one.cut() > 2 && one.records() == Records.ONE) {
                    clients.add(new HalfClient(server, one, LONG_MILLIS));
                }
            }
            RestingServers.stop(server.server(), Duration.ofSeconds(10));
            for (HalfClient each : clients) {
                assertThat(each.asked.outcome.get(PATIENCE, TimeUnit.SECONDS)).startsWith("LK4");
                await(each.asked.ended, "the request ended");
                await(each.end, "the connection ended");
            }
        } finally {
            for (HalfClient each : clients) {
                each.close();
            }
        }
    }
}
