package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.websocket.server.config.JettyWebSocketServletContainerInitializer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.junit.jupiter.api.Test;

/**
 * A handshake message that begins and does not end, from a client that nobody has asked for anything, cut at each of its
 * first bytes, in one record or two, and then silence, a dribble, an end or a stop; while the connection is idle, a body is read, a response is
 * written, on HTTP/1.1, HTTP/2 and a WebSocket. Whoever works for that connection comes back, and others are served.
 *
 * <p>A sample; the whole table with {@code -Dlatchkey.cases=all}. In JSSE's lane its TLS 1.3 too.
 */
class HalfMessageIT {
    private static final int SAMPLE = 70;
    private static final int PATIENCE = 45;
    private static final Duration IDLE = Duration.ofMillis(2500);
    private static final String TLS_1_3 = "TLSv1.3";
    private static final byte[] BIG = new byte[50_000];

    private enum Where {
        IDLE,
        BODY,
        RESPONSE,
        HTTP2,
        WEBSOCKET
    }

    private enum Then {
        SILENCE,
        DRIBBLE,
        FIN,
        RST
    }

    /** @param inTwo whether what is sent of the message comes in two records */
    private record Case(String name, byte[] message, int cut, Where where, Then then, boolean inTwo) {
        /** From here on OpenSSL writes nothing until the rest has come. */
        private static final int HEADER = 4;

        @Override
        public String toString() {
            return name + " cut behind " + cut + (inTwo ? " in two records " : " ") + where + " " + then;
        }
    }

    /** What works for a connection on the server's side. */
    private static final class Work {
        private final CompletableFuture<EndPoint> begun = new CompletableFuture<>();
        private final CompletableFuture<Void> go = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        void begin(HttpServletRequest request) {
            begun.complete(endPoint(request));
        }

        /** From here on the client is waited for, and not for long; what was before may take its time. */
        void proceed() {
            begun.join().setIdleTimeout(IDLE.toMillis());
            go.completeAsync(() -> null);
        }
    }

    private static EndPoint endPoint(HttpServletRequest request) {
        return ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
    }

    private final Map<String, Work> works = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();

    private static List<Case> table(String version) {
        List<Case> table = new ArrayList<>();
        Map<String, byte[]> messages = new LinkedHashMap<>(); // in order: a seed means the same cases in each JVM
        if (version.equals(TLS_1_3)) {
            messages.put("KeyUpdate", new byte[] {24, 0, 0, 1, 0});
            messages.put("KeyUpdate that asks for one", new byte[] {24, 0, 0, 1, 1});
            messages.put("Certificate", new byte[] {11, 0, 1, 0, 0, 0, 0});
            messages.put("KeyUpdate and another", new byte[] {24, 0, 0, 1, 0, 24, 0, 0, 1, 0});
        } else {
            messages.put("ClientHello", new byte[] {1, 0, 1, 0, 3, 3, 0});
            messages.put("Finished", new byte[] {20, 0, 0, 12, 0, 0});
        }
        messages.forEach((name, message) -> {
            for (int cut = 1; cut <= message.length; cut++) {
                for (Where where : Where.values()) {
                    for (Then then : Then.values()) {
                        table.add(new Case(name, message, cut, where, then, false));
                        if (cut > 1 && then != Then.DRIBBLE) {
                            table.add(new Case(name, message, cut, where, then, true));
                        }
                    }
                }
            }
        });
        return table;
    }

    private StepUpServer server(String version, boolean http2) {
        StepUpServer server = new StepUpServer()
                .protocols(version)
                .on("/open", this::open)
                .on("/response", this::response)
                .on("/body", this::body);
        JettyWebSocketServletContainerInitializer.configure(server.context(), (context, container) -> {
            container.addMapping(
                    "/socket",
                    (request, response) -> new Socket(
                            works.get(request.getHttpServletRequest().getParameter("id")),
                            endPoint(request.getHttpServletRequest())));
        });
        if (http2) {
            // The crafted clients know no ALPN.
            server.http2().connector(c -> c.getConnectionFactory(ALPNServerConnectionFactory.class)
                    .setDefaultProtocol("h2"));
        }
        return server;
    }

    private void open(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print("open");
        if (request.getParameter("id") != null) {
            works.get(request.getParameter("id")).begin(request);
        }
    }

    private void response(HttpServletRequest request, HttpServletResponse response) throws Exception {
        Work work = works.get(request.getParameter("id"));
        work.begin(request);
        try {
            work.go.get();
            response.getOutputStream().write(BIG);
        } finally {
            work.ended.complete(null);
        }
    }

    private void body(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Work work = works.get(request.getParameter("id"));
        work.begin(request);
        try {
            request.getInputStream().readAllBytes();
        } catch (IOException x) {
            response.getOutputStream().write(BIG); // who was late is told so
        } finally {
            work.ended.complete(null);
        }
    }

    /** Sends when it is told to. */
    public static final class Socket extends Session.Listener.AbstractAutoDemanding {
        private final Work work;
        private final EndPoint endPoint;

        Socket(Work work, EndPoint endPoint) {
            this.work = work;
            this.endPoint = endPoint;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            work.begun.complete(endPoint);
            work.go.thenRun(() -> session.sendText(new String(BIG, StandardCharsets.US_ASCII), Callback.NOOP));
        }

        @Override
        public void onWebSocketClose(int status, String reason, Callback callback) {
            work.ended.complete(null);
            callback.succeed();
        }

        @Override
        public void onWebSocketError(Throwable cause) {
            work.ended.complete(null);
        }
    }

    private static CraftedClient connect(String version, int port) throws IOException {
        return version.equals(TLS_1_3)
                ? new Crafted13(CraftedClient.recipe(), port)
                : new Crafted12(CraftedClient.recipe(), port);
    }

    /** A client that has sent a part of a message. */
    private final class HalfClient implements AutoCloseable {
        private final Work work = new Work();
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private final CraftedClient client;

        HalfClient(String version, StepUpServer http1, StepUpServer http2, Case one) throws Exception {
            client = connect(version, (one.where() == Where.HTTP2 ? http2 : http1).port());
            String id = String.valueOf(number.incrementAndGet());
            works.put(id, work);
            begin(one, id);
            await(work.begun, "the request began");
            int first = one.inTwo() ? one.cut() / 2 : one.cut();
            client.record(TlsRecord.HANDSHAKE, Arrays.copyOf(one.message(), first));
            if (one.inTwo()) {
                client.record(TlsRecord.HANDSHAKE, Arrays.copyOfRange(one.message(), first, one.cut()));
            }
            Thread reader = new Thread(this::read, "half-message-client");
            reader.setDaemon(true);
            reader.start();
        }

        private void begin(Case one, String id) throws IOException {
            switch (one.where()) {
                case IDLE -> {
                    assertThat(client.get("/open?id=" + id).text()).isEqualTo("open");
                    work.ended.complete(null);
                }
                case BODY ->
                    client.send(
                            "POST /body?id=" + id + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
                case RESPONSE -> client.send("GET /response?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                case HTTP2 -> client.send(http2Get("/response?id=" + id));
                case WEBSOCKET -> {
                    client.send("GET /socket?id=" + id
                            + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                    readHead();
                }
            }
        }

        /** Up to the empty line; the head of a 101 is the last that is HTTP. */
        private void readHead() throws IOException {
            int last = 0;
            while ((last & 0xFFFFFFFFL) != 0x0D0A0D0AL) {
                last = last << 8 | client.readByte();
            }
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

        /** A large record, a byte at a time, for longer than the server may wait. */
        void dribble() throws Exception {
            try {
                client.sendBare(new byte[] {23, 3, 3, 0x40, 0});
                for (int i = 0; i < 80 && !isOver(Duration.ofMillis(100)); i++) {
                    client.sendBare(new byte[] {(byte) i});
                }
            } catch (IOException gone) {
                // The connection has ended.
            }
        }

        private boolean isOver(Duration pause) throws Exception {
            try {
                end.get(pause.toMillis(), TimeUnit.MILLISECONDS);
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

    private void trial(String version, StepUpServer http1, StepUpServer http2, Case one) throws Exception {
        try (HalfClient half = new HalfClient(version, http1, http2, one)) {
            if (one.then() == Then.FIN) {
                half.client.close();
            } else if (one.then() == Then.RST) {
                half.client.reset();
            }
            half.work.proceed();
            if (one.then() == Then.DRIBBLE) {
                half.dribble();
            }
            await(half.work.ended, "the server's thread came back");
            await(half.end, "the connection ended");
        }
    }

    private static void await(CompletableFuture<?> event, String what) {
        assertThat(event).as(what).succeedsWithin(Duration.ofSeconds(PATIENCE));
    }

    private static void assertServes(String version, StepUpServer server) throws Exception {
        TlsClient plain = TlsClient.trusting(TestPki.AUTHORITY).protocols(version);
        try (TlsConnection other = plain.connect(server.port())) {
            assertThat(other.protocol()).isEqualTo(version);
            assertThat(other.get("/open").text()).isEqualTo("open");
        }
    }

    private static List<String> versions() {
        return Lane.current() == Lane.JSSE_TLS12
                ? List.of(Lane.current().protocol(), TLS_1_3)
                : List.of(Lane.current().protocol());
    }

    @Test
    void aMessageThatBeginsAndDoesNotEndHoldsNobody() throws Exception {
        for (String version : versions()) {
            try (StepUpServer http1 = server(version, false).start();
                    StepUpServer http2 = server(version, true).start()) {
                assertServes(version, http1);
                for (Where where : Where.values()) { // what is done for the first time takes its time
                    trial(version, http1, http2, new Case("", new byte[] {24}, 1, where, Then.RST, false));
                }
                ManyCases.run(
                        "half a message on " + version,
                        table(version),
                        SAMPLE,
                        one -> trial(version, http1, http2, one));
                assertServes(version, http1);
                http1.awaitConnections(0);
                http2.awaitConnections(0);
                RestingServers.assertRest();
            }
        }
    }

    /** By Jetty alone HTTP/2 would wait for five timeouts, its own longer ones: a reset cannot be written either. */
    @Test
    void aResponseThatWaitsForTheRestOfAMessageFailsAtTheIdleTimeout() throws Exception {
        for (String version : versions()) {
            List<HalfClient> clients = new ArrayList<>();
            try (StepUpServer http1 = server(version, false).start();
                    StepUpServer http2 = server(version, true).start()) {
                for (Case one : table(version)) {
                    if (one.then() == Then.SILENCE && one.cut() == Case.HEADER && !one.inTwo()) {
                        clients.add(new HalfClient(version, http1, http2, one));
                    }
                }
                for (HalfClient each : clients) {
                    each.work.proceed();
                }
                for (HalfClient each : clients) {
                    await(each.work.ended, "the server's thread came back");
                    await(each.end, "the connection ended");
                }
            } finally {
                for (HalfClient each : clients) {
                    each.close();
                }
            }
        }
    }

    @Test
    void aServerStopsInTheMiddleOfMessages() throws Exception {
        for (String version : versions()) {
            List<HalfClient> clients = new ArrayList<>();
            try (StepUpServer http1 = server(version, false).start();
                    StepUpServer http2 = server(version, true).start()) {
                for (Case one : table(version)) {
                    if (one.then() == Then.SILENCE && one.cut() == Case.HEADER) {
                        clients.add(new HalfClient(version, http1, http2, one));
                    }
                }
                clients.forEach(c -> c.work.go.completeAsync(() -> null));
                RestingServers.stop(http1.server(), Duration.ofSeconds(15));
                RestingServers.stop(http2.server(), Duration.ofSeconds(15));
                for (HalfClient each : clients) {
                    await(each.work.ended, "the server's thread came back");
                    await(each.end, "the connection ended");
                }
            } finally {
                for (HalfClient each : clients) {
                    each.close();
                }
            }
        }
    }

    // A client of HTTP/2 that can do one thing (RFC 9113 sections 3.4 and 4.1, RFC 7541 section 6).

    private static String http2Get(String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(frame(4, 0, 0, new byte[0]));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(new byte[] {(byte) 0x82, (byte) 0x87}); // :method GET, :scheme https
        header(head, 4, path);
        header(head, 1, "localhost");
        out.writeBytes(frame(1, 5, 1, head.toByteArray()));
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static void header(ByteArrayOutputStream head, int index, String value) {
        head.write(index);
        head.write(value.length());
        head.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }
}
