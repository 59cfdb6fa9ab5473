package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many step-ups at a time, and many one after the other. */
@OnlyOn(
        value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS13},
        because = "one lane a mechanism")
class LoadIT {
    private static List<TlsConnection> connect(int count, StepUpServer server, String request) throws Exception {
        return connectFrom("127.0.0.1", count, server, request);
    }

    private static List<TlsConnection> connectFrom(String address, int count, StepUpServer server, String request)
            throws Exception {
        List<TlsConnection> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(from(address, server));
        }
        for (TlsConnection client : clients) {
            client.send(request); // after all have connected, because that too needs a thread of the server
        }
        return clients;
    }

    private static TlsConnection from(String address, StepUpServer server) throws Exception {
        return Clients.open(Clients.with(TestPki.ALICE).from(address), server.port());
    }

    /** All clients answer now. {@return their answers, in order} */
    private static List<HttpAnswer> answers(List<TlsConnection> clients) throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(clients.size());
        try {
            List<Future<HttpAnswer>> futures = new ArrayList<>();
            clients.forEach(client -> futures.add(readers.submit(client::readFinal)));
            List<HttpAnswer> answers = new ArrayList<>();
            for (Future<HttpAnswer> future : futures) {
                answers.add(future.get(60, TimeUnit.SECONDS));
            }
            return answers;
        } finally {
            readers.shutdownNow();
            for (TlsConnection client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aHundredStepUpsThatWaitHoldNoThread() throws Exception {
        try (StepUpServer server = new StepUpServer()
                .threads(16)
                .on("/async", Answers.stepUpAsync(NegotiationOptions.defaults()))
                .on("/open", (request, response) -> response.getWriter().print("open"))
                .start()) {
            List<TlsConnection> waiting = connect(50, server, "GET /async HTTP/1.1\r\nHost: localhost\r\n\r\n");
            waiting.addAll(
                    connect(50, server, "POST /async HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"));
            server.awaitInFlight(100);
            for (int i = 0; i < 20; i++) {
                try (TlsConnection other = Clients.connect(server.port(), TestPki.BOB)) {
                    assertThat(other.get("/open").text()).isEqualTo("open");
                }
            }
            // One of the others steps up itself, while all these wait.
            try (TlsConnection other = Clients.connect(server.port(), TestPki.BOB)) {
                assertThat(other.get("/async").text()).isEqualTo("CN=bob");
            }
            assertThat(server.statistics().getInFlight()).isEqualTo(100);
            assertThat(answers(waiting)).allSatisfy(a -> assertThat(a.text()).isEqualTo("CN=alice"));
        }
    }

    @Test
    void asManyBlockingStepUpsAsThereAreThreadsAllComplete() throws Exception {
        try (StepUpServer server = new StepUpServer()
                .threads(16)
                .settings(f -> f.setMaxBlockedThreads(32)) // half of them for the one address
                .on("/blocking", Answers::stepUp)
                .start()) {
            List<TlsConnection> waiting =
                    connect(16, server, "POST /blocking HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            // The selector has a thread of the pool; each other one waits for its client.
            server.awaitInFlight(15);
            assertThat(answers(waiting)).allSatisfy(a -> assertThat(a.text()).isEqualTo("CN=alice"));
        }
    }

    /** By a call of the application's own, and by a guard: both hold a thread of the pool. */
    @Test
    void manyClientsThatDoNotAnswerLeaveHalfOfTheThreadsToOthers() throws Exception {
        StepUpServer setUp = new StepUpServer()
                .threads(16)
                .on("/blocking", Answers::stepUp)
                .on("/open", (request, response) -> response.getWriter().print("open"));
        setUp.context().addServlet(GuardedServletsIT.Guarded.class, "/guarded");
        try (StepUpServer server = setUp.start()) {
            List<TlsConnection> silent = new ArrayList<>();
            int[] shares = {4, 2, 1, 1}; // what each address leaves to others, and no more
            for (int i = 0; i < shares.length; i++) {
                silent.addAll(connectFrom(
                        "127.0.0." + (i + 1),
                        shares[i],
                        server,
                        "GET " + (i == 1 ? "/guarded" : "/blocking") + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                server.awaitInFlight(silent.size()); // what is left depends on who came before
            }
            assertThat(server.factory().getBlockedThreads()).isEqualTo(8);
            for (int i = 0; i < 20; i++) { // as many as there are threads, and more
                for (String path : new String[] {"/guarded", "/blocking"}) {
                    TlsConnection another = from("127.0.0." + (i + 5), server);
                    silent.add(another);
                    assertTooMany(another, path);
                    assertThat(another.get("/open").text()).isEqualTo("open");
                }
            }
            List<TlsConnection> first = silent.subList(0, 8);
            assertThat(answers(first)).extracting(HttpAnswer::status).containsOnly(200);
            try (TlsConnection after = Clients.connect(server.port(), TestPki.BOB)) {
                assertThat(after.get("/guarded").text()).isEqualTo("the secret");
            }
            assertThat(server.factory().getBlockedThreads()).isZero();
            for (TlsConnection each : silent) {
                each.close();
            }
        }
    }

    private static void assertTooMany(TlsConnection client, String path) throws Exception {
        HttpAnswer refused = client.get(path);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text()).contains("LK503");
        assertThat(client.timesAsked()).isZero();
    }

    /** However many connections it opens, an address that does not answer keeps only itself from being asked. */
    @Test
    void oneAddressThatDoesNotAnswerKeepsNoOtherFromBeingAsked() throws Exception {
        StepUpServer setUp = new StepUpServer().threads(16).on("/blocking", Answers::stepUp);
        try (StepUpServer server = setUp.start()) {
            List<TlsConnection> silent =
                    connectFrom("127.0.0.1", 4, server, "GET /blocking HTTP/1.1\r\nHost: localhost\r\n\r\n");
            server.awaitInFlight(4);
            for (int i = 0; i < 20; i++) {
                try (TlsConnection more = from("127.0.0.1", server)) {
                    assertTooMany(more, "/blocking");
                }
                try (TlsConnection other = from("127.0.0.2", server)) {
                    assertThat(other.get("/blocking").text()).isEqualTo("CN=alice");
                }
            }
            assertThat(answers(silent)).allSatisfy(a -> assertThat(a.text()).isEqualTo("CN=alice"));
        }
    }

    @Test
    void aboveTheBufferBudgetThereAreTooManyAndAfterwardsAllIsThereAgain() throws Exception {
        int block = 8 * 1024;
        try (StepUpServer server = new StepUpServer()
                .settings(s -> s.setBufferBudget(4 * block))
                .on("/async", Answers.stepUpAsync(NegotiationOptions.defaults()))
                .start()) {
            String post = "POST /async HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
            for (int round = 0; round < 2; round++) {
                List<TlsConnection> waiting = connectFrom("127.0.0.1", 2, server, post);
                server.awaitInFlight(2);
                assertKeepsNothing(server, "127.0.0.1", post); // which leaves as much to others
                waiting.addAll(connectFrom("127.0.0.2", 1, server, post));
                waiting.addAll(connectFrom("127.0.0.3", 1, server, post));
                server.awaitInFlight(4);
                assertThat(server.statistics().getKeptBytes()).isEqualTo(4 * block);
                assertKeepsNothing(server, "127.0.0.4", post);
                // Without a body nothing is kept, and nobody is refused.
                try (TlsConnection light = Clients.connect(server.port(), TestPki.BOB)) {
                    assertThat(light.get("/async").text()).isEqualTo("CN=bob");
                }
                assertThat(answers(waiting))
                        .allSatisfy(a -> assertThat(a.text()).isEqualTo("CN=alice"));
                server.awaitNothingKept();
            }
        }
    }

    private static void assertKeepsNothing(StepUpServer server, String address, String post) throws Exception {
        try (TlsConnection tooMuch = from(address, server)) {
            tooMuch.send(post);
            HttpAnswer answer = tooMuch.readFinal();
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.text()).isEqualTo("LK503 too-many");
        }
    }

    private static void stepUps(StepUpServer server, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                HttpAnswer answer = i % 2 == 0
                        ? client.get(i % 4 == 0 ? "/blocking" : "/async")
                        : client.post(i % 4 == 1 ? "/blocking" : "/async", new byte[100]);
                assertThat(answer.text()).isEqualTo("CN=alice");
            }
        }
    }

    @Test
    void manyStepUpsLeaveNothingBehind() throws Exception {
        try (StepUpServer server = new StepUpServer()
                .on("/blocking", Answers::stepUp)
                .on("/async", Answers.stepUpAsync(NegotiationOptions.defaults()))
                .start()) {
            stepUps(server, 10);
            server.awaitConnections(0);
            int buffersOut = server.buffersOut();
            stepUps(server, 990);
            ExecutorService people = Executors.newFixedThreadPool(8);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(people.submit(() -> {
                        stepUps(server, 200);
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get(180, TimeUnit.SECONDS);
                }
            } finally {
                people.shutdownNow();
            }
            assertThat(server.statistics().getCertificates()).isEqualTo(1000 + 8 * 200);
            assertThat(server.statistics().getFailed()).isZero();
            server.awaitConnections(0);
            server.awaitNothingKept();
            assertThat(server.buffersOut()).isEqualTo(buffersOut);
        }
    }
}
