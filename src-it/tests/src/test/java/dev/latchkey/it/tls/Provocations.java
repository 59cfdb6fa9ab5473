package dev.latchkey.it.tls;

import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.Reason;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.tls.RenegotiationPolicy;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** A way to each reason: how the server is set up, what the application calls, what the client does. No state. */
final class Provocations {
    private static final NegotiationOptions NEED =
            NegotiationOptions.builder().need().build();
    private static final String GET = "GET " + ReasonScene.PATH + " HTTP/1.1\r\nHost: localhost\r\n";
    private static final String POST = "POST " + ReasonScene.PATH + " HTTP/1.1\r\nHost: localhost\r\n";
    private static final Call ASK = (request, response) -> ask(request, NEED);

    private Provocations() {}

    /** Which connector the request comes by. */
    enum On {
        LATCHKEY,
        STOCK,
        PLAIN
    }

    /** What the application does; what it throws leaves it. */
    interface Call {
        void ask(Object request, Object response) throws Exception;
    }

    /** What the client does. */
    interface Client {
        /** {@return the status that it got} */
        int status(ReasonScene scene) throws Exception;
    }

    /** A way to a reason. */
    record Provocation(
            Reason reason,
            boolean core,
            String name,
            String path,
            int status,
            String tls,
            On on,
            Consumer<StepUpServer> setUp,
            Call call,
            Client client) {
        Provocation(Reason reason, boolean core, int status) {
            this(reason, core, "", ReasonScene.PATH, status, "", On.LATCHKEY, server -> {}, ASK, scene -> 0);
        }

        Provocation named(String text) {
            return new Provocation(reason, core, text, path, status, tls, on, setUp, call, client);
        }

        Provocation at(String other) {
            return new Provocation(reason, core, name, other, status, tls, on, setUp, call, client);
        }

        Provocation by(String version, On connector) {
            return new Provocation(reason, core, name, path, status, version, connector, setUp, call, client);
        }

        Provocation server(Consumer<StepUpServer> how) {
            return new Provocation(reason, core, name, path, status, tls, on, how, call, client);
        }

        Provocation calling(Call what) {
            return new Provocation(reason, core, name, path, status, tls, on, setUp, what, client);
        }

        Provocation when(Client what) {
            return new Provocation(reason, core, name, path, status, tls, on, setUp, call, what);
        }

        @Override
        public String toString() {
            return reason.code() + " " + reason.token() + " " + name + (core ? " core" : " servlet");
        }
    }

    static List<Provocation> all() {
        List<Provocation> all = new ArrayList<>();
        for (boolean core : new boolean[] {false, true}) {
            byConnection(all, core);
            byCertificate(all, core);
            byBody(all, core);
            byWaiting(all, core);
            byRequest(all, core);
        }
        return all;
    }

    private static void ask(Object request, NegotiationOptions options) throws NegotiationException {
        ClientCertificates.of(request).negotiateClientCertificate(options);
    }

    private static Client showing(HeldCertificate certificate) {
        return scene -> scene.client(certificate).get(ReasonScene.PATH, "").status();
    }

    private static Client sending(String text) {
        return scene -> {
            ReasonScene.Client client = scene.client(TestPki.ALICE);
            client.send(text);
            return client.readFinal().status();
        };
    }

    private static void byConnection(List<Provocation> all, boolean core) {
        all.add(new Provocation(Reason.NOT_SECURE, core, 403)
                .by("without TLS", On.PLAIN)
                .when(scene -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), scene.plainPort())) {
                        socket.getOutputStream().write((GET + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        return HttpAnswer.readFinal(socket.getInputStream()).status();
                    }
                }));
        all.add(new Provocation(Reason.TLS_ENDS_ELSEWHERE, core, 403)
                .by("", On.STOCK)
                .when(scene -> scene.client(
                                TlsClient.trusting(TestPki.AUTHORITY)
                                        .protocols(Lane.current().protocol()),
                                scene.server().stockPort())
                        .get(ReasonScene.PATH, "")
                        .status()));
        if (ReasonScene.isTls12()) {
            all.add(new Provocation(Reason.CLIENT_CANNOT, core, ReasonScene.NO_ANSWER).when(scene -> {
                try (CraftedClient client = CraftedClient.recipe()
                        .whenAsked(RenegotiationPolicy.DENY)
                        .connect(scene.server().port())) {
                    return client.get(ReasonScene.PATH).status();
                }
            }));
        } else {
            all.add(new Provocation(Reason.CLIENT_CANNOT, core, 403)
                    .when(scene ->
                            scene.clientOfTls13().get(ReasonScene.PATH, "").status()));
        }
        all.add(new Provocation(Reason.ENGINE_CANNOT, core, 403)
                .by("TLSv1.3", On.LATCHKEY)
                .server(server -> server.protocols("TLSv1.3").tls(tls -> {
                    if (Lane.current().isOpenSsl()) {
                        tls.setSslContext(contextOfItsOwn());
                    }
                }))
                .when(scene -> scene.clientOfTls13().get(ReasonScene.PATH, "").status()));
    }

    private static SSLContext contextOfItsOwn() {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStores.holding(TestPki.SERVER, "secret"), "secret".toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException x) {
            throw new IllegalStateException(x);
        }
    }

    private static void byCertificate(List<Provocation> all, boolean core) {
        all.add(new Provocation(Reason.NO_CERTIFICATE, core, 403).when(showing(null)));
        if (!Lane.current().isOpenSsl()) {
            all.add(new Provocation(Reason.NO_CERTIFICATE, core, 403)
                    .named("in the first handshake")
                    .by("TLSv1.3", On.LATCHKEY)
                    .server(server -> server.protocols("TLSv1.3").wantClientAuth())
                    .when(scene ->
                            scene.clientOfTls13().get(ReasonScene.PATH, "").status()));
        }
        all.add(new Provocation(Reason.UNTRUSTED, core, 403).when(showing(TestPki.STRANGER)));
        all.add(new Provocation(Reason.EXPIRED, core, 403).when(showing(TestPki.LATE)));
        NegotiationOptions revoking = NegotiationOptions.builder()
                .need()
                .trustManager(new Refusing(revoked()))
                .build();
        all.add(new Provocation(Reason.REVOKED, core, 403)
                .calling((request, response) -> ask(request, revoking))
                .when(showing(TestPki.ALICE)));
        NegotiationOptions unknowing = NegotiationOptions.builder()
                .need()
                .trustManager(new Refusing(undetermined()))
                .build();
        all.add(new Provocation(Reason.REVOCATION_UNKNOWN, core, 403)
                .calling((request, response) -> ask(request, unknowing))
                .when(showing(TestPki.ALICE)));
        NegotiationOptions hanging = NegotiationOptions.builder()
                .need()
                .deadline(Duration.ofMillis(500))
                .trustManager(new Refusing(null))
                .build();
        all.add(new Provocation(Reason.VALIDATION_TIMEOUT, core, 403)
                .calling((request, response) -> ask(request, hanging))
                .when(showing(TestPki.ALICE)));
        all.add(new Provocation(Reason.RESUMED, core, 421)
                .by("TLSv1.3", On.LATCHKEY)
                .server(server -> server.protocols("TLSv1.3").wantClientAuth())
                .when(scene -> {
                    TlsClient java = TlsClient.trusting(TestPki.AUTHORITY).protocols("TLSv1.3");
                    int port = scene.server().port();
                    ReasonScene.Client first = scene.client(java, port);
                    first.send("GET / HTTP/1.1\r\n\r\n"); // without a host, so that nobody asks
                    first.readFinal();
                    return scene.client(java, port).get(ReasonScene.PATH, "").status();
                }));
    }

    private static void byBody(List<Provocation> all, boolean core) {
        all.add(new Provocation(Reason.BODY_TOO_LARGE, core, 413)
                .server(server -> server.settings(s -> s.setBodyLimit(10)))
                .when(sending(POST + "Content-Length: 11\r\n\r\nhello world")));
        if (core) { // what leaves a servlet whose ReadListener waits is answered by no Jetty; FailuresIT has that one
            all.add(new Provocation(Reason.BODY_BEING_READ, true, 403)
                    .calling(Provocations::askWithADemand)
                    .when(sending(POST + "Content-Length: 11\r\n\r\nhello")));
        }
        all.add(new Provocation(Reason.BODY_TIMEOUT, core, 408)
                .server(server -> server.settings(s -> s.setBodyTimeout(300)))
                .when(sending(POST + "Content-Length: 11\r\n\r\nhello")));
        all.add(new Provocation(Reason.BODY_FAILED, core, 400)
                .when(sending(POST + "Transfer-Encoding: chunked\r\n\r\nno number\r\n")));
        all.add(new Provocation(Reason.TOO_MANY, core, 429)
                .server(server -> server.settings(s -> s.setBufferBudget(0)))
                .when(sending(POST + "Content-Length: 1\r\n\r\nx")));
    }

    private static void askWithADemand(Object request, Object response) throws NegotiationException {
        Request core = (Request) request;
        core.read().release();
        core.demand(() -> {});
        ask(request, NEED);
    }

    private static void byWaiting(List<Provocation> all, boolean core) {
        int late = ReasonScene.isTls12() ? ReasonScene.NO_ANSWER : 408;
        all.add(new Provocation(Reason.TIMEOUT, core, late)
                .server(server -> server.settings(s -> s.setDeadline(300)))
                .when(scene -> {
                    ReasonScene.Client client = scene.client(TestPki.ALICE);
                    client.send(GET + "\r\n");
                    scene.failure().join();
                    return client.readFinal().status();
                }));
        all.add(new Provocation(Reason.CONNECTION_LOST, core, ReasonScene.NO_ANSWER).when(scene -> {
            ReasonScene.Client client = scene.client(TestPki.ALICE);
            client.send(GET + "\r\n");
            scene.server().awaitInFlight(1);
            client.connection().closeBare();
            return ReasonScene.NO_ANSWER;
        }));
        all.add(new Provocation(Reason.CONNECTION_LOST, core, ReasonScene.NO_ANSWER)
                .named("by a reset")
                .when(scene -> {
                    ReasonScene.Client client = scene.client(TestPki.ALICE);
                    client.send(GET + "\r\n");
                    scene.server().awaitInFlight(1);
                    client.connection().reset();
                    return ReasonScene.NO_ANSWER;
                }));
        all.add(new Provocation(Reason.HANDSHAKE_FAILED, core, ReasonScene.NO_ANSWER).when(scene -> {
            try (CraftedClient client = CraftedClient.recipe()
                    .certificate(TestPki.ALICE)
                    .tamper((type, message, wire) -> {
                        byte[] sent = message.clone();
                        if (type == CraftedClient.CERTIFICATE_VERIFY) {
                            sent[sent.length - 1] ^= 1;
                        }
                        wire.record(TlsRecord.HANDSHAKE, sent);
                    })
                    .connect(scene.server().port())) {
                return client.get(ReasonScene.PATH).status();
            }
        }));
        all.add(new Provocation(Reason.IN_PROGRESS, core, 403)
                .calling(Provocations::askTwiceAtOnce)
                .when(scene -> {
                    ReasonScene.Client client = scene.client(TestPki.ALICE);
                    client.send(GET + "\r\n");
                    // Not answered before the second call has failed.
                    await().until(() -> scene.statistics().getFailures("in-progress") == 1);
                    return client.readFinal().status();
                }));
        all.add(new Provocation(Reason.STOPPING, core, ReasonScene.NO_ANSWER)
                .server(Provocations::refuseHandshakes)
                .calling(Provocations::askWithoutAThread)
                .when(showing(TestPki.ALICE)));
    }

    /** As while a server stops: its pool takes no step of the handshake any more. */
    private static void refuseHandshakes(StepUpServer server) {
        server.executor(pool -> task -> {
            if (task.getClass().getName().contains(".HandshakeDriver")) {
                throw new RejectedExecutionException();
            }
            pool.execute(task);
        });
    }

    private static void askTwiceAtOnce(Object request, Object response) throws Exception {
        ClientCertificates certificates = ClientCertificates.of(request);
        var first = certificates.negotiateClientCertificateAsync(NEED).toCompletableFuture();
        try {
            certificates.negotiateClientCertificate(NEED);
        } catch (NegotiationException x) {
            first.get(20, TimeUnit.SECONDS);
            throw x;
        }
    }

    private static void askWithoutAThread(Object request, Object response) throws Exception {
        try {
            ClientCertificates.of(request)
                    .negotiateClientCertificateAsync(NEED)
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        } catch (ExecutionException x) {
            if (x.getCause() instanceof NegotiationException failure) {
                throw failure;
            }
            throw x;
        }
    }

    private static void byRequest(List<Provocation> all, boolean core) {
        all.add(new Provocation(Reason.RESPONSE_COMMITTED, core, 200)
                .calling((request, response) -> {
                    if (response instanceof HttpServletResponse servlet) {
                        servlet.getWriter().print("begun");
                        servlet.flushBuffer();
                    } else {
                        Content.Sink.write((Response) response, false, ByteBuffer.wrap(new byte[] {1}));
                    }
                    ask(request, NEED);
                })
                .when(scene -> {
                    ReasonScene.Client client = scene.client(TestPki.ALICE);
                    client.send(GET + "\r\n");
                    return client.statusAlone();
                }));
        all.add(new Provocation(Reason.ERROR_DISPATCH, core, core ? 403 : 404)
                .at(core ? ReasonScene.PATH : "/nowhere")
                .server(server -> {
                    ErrorPageErrorHandler pages = new ErrorPageErrorHandler();
                    pages.addErrorPage(404, ReasonScene.PATH);
                    server.context().setErrorHandler(pages);
                })
                .calling((request, response) -> {
                    if (request instanceof Request r) {
                        r.setAttribute("jakarta.servlet.error.status_code", 404);
                    }
                    ask(request, NEED);
                })
                .when(scene -> scene.client(TestPki.ALICE)
                        .get(core ? ReasonScene.PATH : "/nowhere", "")
                        .status()));
        all.add(new Provocation(Reason.PREFLIGHT, core, 403)
                .when(sending("OPTIONS " + ReasonScene.PATH
                        + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://elsewhere.example\r\n"
                        + "Access-Control-Request-Method: GET\r\n\r\n")));
        all.add(prefetch(core));
    }

    static Provocation prefetch(boolean core) {
        return new Provocation(Reason.SPECULATIVE, core, 403).when(scene -> scene.client(TestPki.ALICE)
                .get(ReasonScene.PATH + "?secret=secret", "Sec-Purpose: prefetch\r\n")
                .status());
    }

    static Provocation twiceAfterTheDeadline() {
        return new Provocation(Reason.TIMEOUT, false, 0)
                .server(server -> server.settings(s -> s.setDeadline(300)))
                .calling((request, response) -> {
                    try {
                        ask(request, NegotiationOptions.defaults());
                    } catch (NegotiationException x) {
                        ask(request, NEED);
                    }
                });
    }

    /** Takes every certificate for revoked, as a list of the authority's would say. */
    private static CertificateException revoked() {
        return new CertificateException(new CertificateRevokedException(
                new Date(0), CRLReason.KEY_COMPROMISE, new X500Principal("CN=somebody"), Map.of()));
    }

    /** The words of a look-up that came to nothing. */
    private static CertificateException undetermined() {
        return new CertificateException(new CertPathValidatorException(
                "Unable to determine revocation status", null, null, -1, BasicReason.UNDETERMINED_REVOCATION_STATUS));
    }

    /** Refuses every certificate for one cause; for none it hangs, as a look-up does that nobody answers. */
    private static final class Refusing implements X509TrustManager {
        private final CertificateException cause;

        Refusing(CertificateException cause) {
            this.cause = cause;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (cause != null) {
                throw cause;
            }
            try {
                new CountDownLatch(1).await(5, TimeUnit.SECONDS);
            } catch (InterruptedException stopping) {
                throw new CertificateException(stopping);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
