package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import java.lang.reflect.Proxy;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** R23: what was forgotten stays forgotten, however often its TLS session is resumed. */
class ForgottenSessionsTest {
    private static final X509Certificate ALICE = selfSigned("alice");
    private static final X509Certificate BOB = selfSigned("bob");

    private final ForgottenSessions forgotten = new ForgottenSessions();

    private static X509Certificate selfSigned(String name) {
        return HeldCertificate.selfSigned(name).key(KeyAlgorithm.EC_P256).make().certificate();
    }

    /** A TLS session is told by when it was made; after each resumption by a ticket it is another object. */
    private SSLSession madeAt(long millis) {
        return (SSLSession) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SSLSession.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getCreationTime":
                            return millis;
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }

    @Test
    void nothingIsForgottenAtFirst() {
        assertThat(forgotten.contains(madeAt(5), ALICE)).isFalse();
    }

    @Test
    void aForgottenSessionIsKnownAgainAfterAResumptionAndNoOtherIs() {
        forgotten.forget(List.of(ForgottenSessions.key(madeAt(5), ALICE)));
        assertThat(forgotten.contains(madeAt(5), ALICE)).isTrue();
        assertThat(forgotten.contains(madeAt(5), BOB)).isFalse();
        assertThat(forgotten.contains(madeAt(6), ALICE)).isFalse();
    }

    @Test
    void moreSessionsOfOneThanCanBeRememberedForgetTooMuchOfHisAndNothingOfOthers() {
        int count = 10_050;
        for (int made = 1; made <= count; made++) {
            forgotten.forget(List.of(ForgottenSessions.key(madeAt(made), ALICE)));
        }
        for (int made = 1; made <= count; made++) {
            assertThat(forgotten.contains(madeAt(made), ALICE))
                    .as("made at %s", made)
                    .isTrue();
            assertThat(forgotten.contains(madeAt(made), BOB))
                    .as("made at %s", made)
                    .isFalse();
        }
        assertThat(forgotten.contains(madeAt(count + 1), ALICE)).isFalse();
    }

    @Test
    void moreCertificatesThanCanBeRememberedForgetTooMuchAndNeverTooLittle() {
        int count = 10_050;
        for (int made = 1; made <= count; made++) {
            forgotten.forget(List.of(new ForgottenSessions.Key(made, "certificate " + made)));
        }
        forgotten.forget(List.of(ForgottenSessions.key(madeAt(count), ALICE)));
        assertThat(forgotten.contains(madeAt(count), ALICE)).isTrue();
        // As old as one that fell out: counts as forgotten, whosever it is.
        assertThat(forgotten.contains(madeAt(10), BOB)).isTrue();
        // Younger than all that fell out: not touched.
        assertThat(forgotten.contains(madeAt(100), BOB)).isFalse();
        assertThat(forgotten.contains(madeAt(count + 1), ALICE)).isFalse();
    }
}
