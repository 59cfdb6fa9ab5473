package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.spi.Refusals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a request tells of its calls, who makes its failures, and how much time they get. */
class CallRecordTest {
    private final FakeRequest request = new FakeRequest();
    private CompletionStage<ClientCertificate> answer = new CompletableFuture<>();
    private NegotiationOptions defaults = NegotiationOptions.STANDARD;

    @BeforeEach
    void bind() {
        request.attributes.put(ClientCertificates.ATTRIBUTE, new ClientCertificates() {
            @Override
            public ClientCertificate current() {
                return ClientCertificate.none();
            }

            @Override
            public NegotiationOptions defaults() {
                return defaults;
            }

            @Override
            public ClientCertificate negotiateClientCertificate(NegotiationOptions options) {
                return answer.toCompletableFuture().join();
            }

            @Override
            public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
                return answer;
            }

            @Override
            public void forget() {}
        });
    }

    private ClientCertificates certificates() {
        return ClientCertificates.of(request.asServletRequest());
    }

    private String outcome() {
        return request.attributes.get(ClientCertificates.OUTCOME_ATTRIBUTE) + "; "
                + request.attributes.get(ClientCertificates.FIRST_FAILURE_ATTRIBUTE);
    }

    private static CompletableFuture<ClientCertificate> failing(Reason reason) {
        return CompletableFuture.failedFuture(new NegotiationException(reason, true, "a detail", null));
    }

    private static ClientCertificate trusted() {
        return ClientCertificate.trusted(List.of(new NamelessCertificate()), Mechanism.RENEGOTIATION, true);
    }

    @Test
    void theOutcomeAndTheFirstFailureAreAttributesForTheAccessLog() throws Exception {
        assertThat(outcome()).isEqualTo("null; null");
        CompletableFuture<ClientCertificate> pending = new CompletableFuture<>();
        answer = pending;
        certificates().negotiateClientCertificateAsync();
        assertThat(outcome()).isEqualTo("-; -");
        pending.complete(ClientCertificate.none(Mechanism.FIRST_HANDSHAKE));
        assertThat(outcome()).isEqualTo("none first-handshake; -");
        answer = failing(Reason.ENGINE_CANNOT);
        certificates().negotiateClientCertificateAsync();
        assertThat(outcome()).isEqualTo("LK105 engine-cannot; LK105 engine-cannot");
        answer = failing(Reason.IN_PROGRESS);
        certificates().negotiateClientCertificateAsync();
        assertThat(outcome()).isEqualTo("LK502 in-progress; LK105 engine-cannot");
        answer = CompletableFuture.completedFuture(trusted());
        certificates().negotiateClientCertificate();
        assertThat(outcome()).isEqualTo("certificate renegotiation; LK105 engine-cannot");
        request.attributes.clear();
        assertThatThrownBy(() -> certificates().negotiateClientCertificate()).isInstanceOf(NegotiationException.class);
        assertThat(outcome()).isEqualTo("LK102 tls-ends-elsewhere; LK102 tls-ends-elsewhere");
    }

    @Test
    void whatTheApiFindsByItselfIsTheServersFailure() {
        List<Reason> refused = new ArrayList<>();
        class Servers extends NegotiationException {
            private static final long serialVersionUID = 1L;

            Servers(Reason reason) {
                super(reason, true, null, null);
            }
        }
        Refusals server = reason -> {
            refused.add(reason);
            return new Servers(reason);
        };
        request.headers.put("Sec-Purpose", "prefetch");
        for (boolean plain : new boolean[] {false, true}) {
            if (plain) {
                request.attributes.clear();
            }
            request.attributes.put(Refusals.ATTRIBUTE, server);
            assertThatThrownBy(() -> certificates().negotiateClientCertificate())
                    .isInstanceOf(Servers.class);
            assertThatThrownBy(() -> certificates()
                            .negotiateClientCertificateAsync()
                            .toCompletableFuture()
                            .join())
                    .cause()
                    .isInstanceOf(Servers.class);
            request.secure = false;
        }
        // The second call of a request whose first one was not to be asked fails as that one did.
        assertThat(refused).containsExactly(Reason.SPECULATIVE, Reason.NOT_SECURE, Reason.NOT_SECURE);
    }

    @Test
    void theAsynchronousTimeoutIsLengthenedOnceARequestAndOnlyIfSomebodyIsAsked() {
        request.asyncStarted = true;
        request.asyncTimeout = 1000;
        answer = failing(Reason.ENGINE_CANNOT);
        certificates().negotiateClientCertificateAsync();
        answer = CompletableFuture.completedFuture(trusted());
        certificates().negotiateClientCertificateAsync();
        assertThat(request.asyncTimeout).isEqualTo(1000);
        answer = new CompletableFuture<>();
        for (int call = 0; call < 3; call++) {
            certificates().negotiateClientCertificateAsync();
            assertThat(request.asyncTimeout).isEqualTo(151_000);
        }
        request.asyncTimeout = 2000; // the application's own, set anew
        certificates().negotiateClientCertificateAsync();
        assertThat(request.asyncTimeout).isEqualTo(152_000);
        request.asyncTimeout = Long.MAX_VALUE;
        certificates()
                .negotiateClientCertificateAsync(NegotiationOptions.builder()
                        .deadline(Duration.ofDays(1))
                        .build());
        assertThat(request.asyncTimeout).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void defaultsAreCompleteAndAServiceWhoseOwnAreNotIsBorne() {
        defaults = NegotiationOptions.defaults();
        request.asyncStarted = true;
        certificates().negotiateClientCertificateAsync();
        assertThat(request.asyncTimeout).isEqualTo(180_000);
        request.attributes.clear();
        NegotiationOptions unavailable = certificates().defaults();
        assertThat(unavailable.deadline()).contains(Duration.ofSeconds(120));
        assertThat(unavailable.bodyTimeout()).contains(Duration.ofSeconds(30));
        assertThat(unavailable.bodyLimit()).hasValue(131_072);
    }

    @Test
    void cancellingWhatAGuardReturnedReachesTheServer() {
        ClientCertificateGuard.of(NegotiationOptions.Presence.NEED)
                .checkAsync(request.asServletRequest())
                .toCompletableFuture()
                .cancel(true);
        assertThat(answer.toCompletableFuture()).isCancelled();
    }
}
