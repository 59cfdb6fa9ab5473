package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions.Presence;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCertificateGuardTest {
    private static final Set<Reason> CANNOT_BE_ASKED = Set.of(
            Reason.NOT_SECURE, Reason.TLS_ENDS_ELSEWHERE, Reason.CLIENT_CANNOT, Reason.ENGINE_CANNOT, Reason.PREFLIGHT);

    @RequireClientCertificate(status = 404)
    private static final class Hidden {}

    private final FakeRequest request = new FakeRequest();

    private void failsWith(NegotiationException failure) {
        request.attributes.put(ClientCertificates.ATTRIBUTE, new Failing(failure));
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void neededEachFailureRefusesAndWantedOnlyWhereTheClientCouldBeAsked(Reason reason) throws Exception {
        failsWith(new NegotiationException(reason, true, null, null));
        ClientCertificateGuard need = ClientCertificateGuard.of(Presence.NEED);
        ClientCertificateGuard want = ClientCertificateGuard.of(Presence.WANT);
        assertThatThrownBy(() -> need.check(request.asServletRequest()))
                .isInstanceOfSatisfying(
                        NegotiationException.class, x -> assertThat(x.status()).isEqualTo(reason.status()));
        assertThat(need.checkAsync(request.asServletRequest()).toCompletableFuture())
                .isCompletedExceptionally();
        CompletableFuture<ClientCertificate> later =
                want.checkAsync(request.asServletRequest()).toCompletableFuture();
        if (CANNOT_BE_ASKED.contains(reason)) {
            assertThat(want.check(request.asServletRequest()).isPresent()).isFalse();
            assertThat(later.join().isPresent()).isFalse();
        } else {
            assertThatThrownBy(() -> want.check(request.asServletRequest())).isInstanceOf(NegotiationException.class);
            assertThat(later).isCompletedExceptionally();
        }
    }

    @Test
    void wantedAClientWhoseConnectionIsLostDoesNotPass() {
        failsWith(new NegotiationException(Reason.CLIENT_CANNOT, false, null, null));
        assertThatThrownBy(() -> ClientCertificateGuard.of(Presence.WANT).check(request.asServletRequest()))
                .isInstanceOf(NegotiationException.class);
    }

    @Test
    void anAnnotationNamesTheStatusOfItsRefusals() {
        failsWith(new NegotiationException(Reason.NO_CERTIFICATE, true, null, null));
        ClientCertificateGuard hidden =
                ClientCertificateGuard.of(Hidden.class.getAnnotation(RequireClientCertificate.class));
        assertThatThrownBy(() -> hidden.check(request.asServletRequest()))
                .isInstanceOfSatisfying(NegotiationException.class, x -> {
                    assertThat(x.status()).isEqualTo(404);
                    assertThat(x.reason()).isEqualTo(Reason.NO_CERTIFICATE);
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 399, 500, -1})
    void aRefusalIsA4xx(int status) {
        NegotiationException failure = new NegotiationException(Reason.TIMEOUT, true, null, null);
        assertThatThrownBy(() -> failure.withStatus(status)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A server whose negotiations fail. */
    private record Failing(NegotiationException failure) implements ClientCertificates {
        @Override
        public ClientCertificate current() {
            return ClientCertificate.none();
        }

        @Override
        public NegotiationOptions defaults() {
            return NegotiationOptions.builder()
                    .deadline(Duration.ofSeconds(1))
                    .bodyTimeout(Duration.ofSeconds(1))
                    .build();
        }

        @Override
        public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
            throw failure;
        }

        @Override
        public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
            return CompletableFuture.failedStage(failure);
        }

        @Override
        public void forget() {}
    }
}
