package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands between an application and the server's service: error dispatches and the asynchronous timeout. */
class BoundClientCertificatesTest {
    private static final NegotiationException NO_CERTIFICATE =
            new NegotiationException(Reason.NO_CERTIFICATE, true, null, null);

    private final FakeRequest request = new FakeRequest();
    private final Service service = new Service();

    /** The server's side, scripted. */
    private static final class Service implements ClientCertificates {
        int asked;
        ClientCertificate current = ClientCertificate.none();
        NegotiationException failure;
        CompletableFuture<ClientCertificate> later;

        @Override
        public ClientCertificate current() {
            return current;
        }

        @Override
        public NegotiationOptions defaults() {
            return NegotiationOptions.builder()
                    .deadline(Duration.ofSeconds(120))
                    .bodyTimeout(Duration.ofSeconds(30))
                    .bodyLimit(1)
                    .build();
        }

        @Override
        public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
            asked++;
            if (failure != null) {
                throw failure;
            }
            return current;
        }

        @Override
        public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
            asked++;
            later = new CompletableFuture<>();
            return later;
        }

        @Override
        public void forget() {
            current = ClientCertificate.none();
        }
    }

    @BeforeEach
    void bind() {
        request.attributes.clear();
        request.attributes.put(ClientCertificates.ATTRIBUTE, service);
    }

    private ClientCertificates certificates() {
        HttpServletRequest servletRequest = request.asServletRequest();
        return ClientCertificates.of(servletRequest);
    }

    private static ClientCertificate trusted() {
        return ClientCertificate.trusted(List.of(new NamelessCertificate()), Mechanism.RENEGOTIATION, true);
    }

    private static void assertFails(CompletionStage<?> stage, NegotiationException failure) {
        assertThatThrownBy(() -> stage.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(failure);
    }

    @Test
    void r33AnErrorDispatchEndsInTheFirstFailureOfTheRequest() {
        service.failure = NO_CERTIFICATE;
        assertThatThrownBy(() -> certificates().negotiateClientCertificate()).isSameAs(NO_CERTIFICATE);
        service.failure = new NegotiationException(Reason.UNTRUSTED, true, null, null);
        assertThatThrownBy(() -> certificates().negotiateClientCertificate()).isSameAs(service.failure);
        request.dispatcherType = DispatcherType.ERROR;
        assertThatThrownBy(() -> certificates().negotiateClientCertificate()).isSameAs(NO_CERTIFICATE);
        assertFails(certificates().negotiateClientCertificateAsync(), NO_CERTIFICATE);
        assertThat(service.asked).isEqualTo(2);
    }

    @Test
    void r33AnErrorDispatchEndsInTheFirstFailureOfAnAsynchronousCallToo() {
        AtomicReference<Throwable> seenByErrorPage = new AtomicReference<>();
        certificates().negotiateClientCertificateAsync().whenComplete((certificate, failure) -> {
            request.dispatcherType = DispatcherType.ERROR;
            try {
                certificates().negotiateClientCertificate();
            } catch (NegotiationException x) {
                seenByErrorPage.set(x);
            }
        });
        service.later.completeExceptionally(NO_CERTIFICATE);
        assertThat(seenByErrorPage).hasValue(NO_CERTIFICATE);
    }

    @Test
    void r33AnErrorDispatchWithoutAnyFailureHasAReasonOfItsOwn() {
        request.dispatcherType = DispatcherType.ERROR;
        assertThatThrownBy(() -> certificates().negotiateClientCertificate())
                .isInstanceOfSatisfying(NegotiationException.class, x -> {
                    assertThat(x.reason()).isEqualTo(Reason.ERROR_DISPATCH);
                    assertThat(x.isConnectionUsable()).isTrue();
                    assertThat(x).hasMessageStartingWith("LK505 error-dispatch: ");
                });
        assertThat(service.asked).isZero();
    }

    @Test
    void r33AnErrorDispatchGetsWhatIsThereUnlessMoreIsAskedFor() throws Exception {
        service.current = trusted();
        request.dispatcherType = DispatcherType.ERROR;
        assertThat(certificates().negotiateClientCertificate()).isSameAs(service.current);
        assertThat(certificates().negotiateClientCertificateAsync().toCompletableFuture())
                .isCompletedWithValue(service.current);
        for (NegotiationOptions more : List.of(
                NegotiationOptions.builder().fresh().build(),
                NegotiationOptions.builder().trustManager(new NobodyTrusted()).build(),
                NegotiationOptions.builder()
                        .acceptedIssuers(List.of(new X500Principal("CN=another")))
                        .build())) {
            assertThatThrownBy(() -> certificates().negotiateClientCertificate(more))
                    .isInstanceOf(NegotiationException.class);
        }
        assertThat(service.asked).isZero();
    }

    @Test
    void r24APreflightAndAPrefetchAskNobody() {
        request.method = "OPTIONS";
        request.headers.put("Origin", "https://elsewhere.example");
        request.headers.put("Access-Control-Request-Method", "PUT");
        assertFailsFor(Reason.PREFLIGHT);
        request.method = "GET";
        request.headers.clear();
        for (String header : List.of("Sec-Purpose", "Purpose", "X-Moz")) {
            request.headers.put(header, "Prefetch;prerender");
            assertFailsFor(Reason.SPECULATIVE);
            request.headers.clear();
        }
        assertThat(service.asked).isZero();
    }

    private void assertFailsFor(Reason reason) {
        bind(); // another request
        assertThatThrownBy(() -> certificates().negotiateClientCertificate())
                .isInstanceOfSatisfying(
                        NegotiationException.class, x -> assertThat(x.reason()).isEqualTo(reason));
        assertThat(certificates().negotiateClientCertificateAsync().toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void r24OptionsThatIsNoPreflightIsAsked() throws Exception {
        request.method = "OPTIONS";
        request.headers.put("Origin", "https://elsewhere.example");
        certificates().negotiateClientCertificate();
        assertThat(service.asked).isEqualTo(1);
    }

    @Test
    void otherDispatchesAsk() throws Exception {
        for (DispatcherType type : DispatcherType.values()) {
            request.dispatcherType = type;
            service.asked = 0;
            service.current = trusted();
            certificates().negotiateClientCertificate();
            assertThat(service.asked).as(type.name()).isEqualTo(type == DispatcherType.ERROR ? 0 : 1);
        }
    }

    @Test
    void aRequestThatHasEndedIsForTheServiceToRefuse() {
        ClientCertificates kept = certificates();
        request.ended = true;
        service.failure = new NegotiationException(Reason.RESPONSE_COMMITTED, true, null, null);
        assertThatThrownBy(kept::negotiateClientCertificate).isSameAs(service.failure);
        CompletionStage<ClientCertificate> stage = kept.negotiateClientCertificateAsync();
        service.later.completeExceptionally(service.failure);
        assertFails(stage, service.failure);
    }

    @Test
    void cancellingReachesTheServersFuture() {
        certificates().negotiateClientCertificateAsync().toCompletableFuture().cancel(true);
        assertThat(service.later).isCancelled();
    }

    @Test
    void r22TheAsynchronousTimeoutIsLengthenedByWhatTheNegotiationMayTake() {
        request.asyncStarted = true;
        certificates()
                .negotiateClientCertificateAsync(NegotiationOptions.builder()
                        .deadline(Duration.ofSeconds(5))
                        .build());
        assertThat(request.asyncTimeout).isEqualTo(30_000 + 5_000 + 30_000);
        request.asyncTimeout = 0; // none
        certificates().negotiateClientCertificateAsync();
        assertThat(request.asyncTimeout).isZero();
    }

    @Test
    void withoutAServiceTheReasonSaysWhereTlsEnds() {
        request.attributes.clear();
        assertThatThrownBy(() -> certificates().negotiateClientCertificate())
                .hasMessageStartingWith("LK102 tls-ends-elsewhere: ");
        request.secure = false;
        assertThatThrownBy(() -> certificates().negotiateClientCertificate())
                .hasMessageStartingWith("LK101 not-secure: ");
        assertThat(certificates().current().isPresent()).isFalse();
    }

    @Test
    void whatIsNoRequestIsRefused() {
        assertThatThrownBy(() -> ClientCertificates.of("a string"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String");
    }

    private static final class NobodyTrusted implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException();
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
