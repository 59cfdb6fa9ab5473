package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NegotiationTest {
    @ParameterizedTest
    @CsvSource({
        "https://files.example.com/a?b, true",
        "https://FILES.example.com:443/, true",
        "HTTPS://files.example.com, true",
        "http://files.example.com/, false",
        "https://files.example.com:8443/, false",
        "https://files.example.com.evil.test/, false",
        "https://evil.test/?https://files.example.com, false",
        "https://files.example.com@evil.test/, false"
    })
    void onlyOriginsThatAreNamedGetTokens(String uri, boolean allowed) {
        Negotiation negotiation =
                Negotiation.builder().allow("https://files.example.com").build();
        assertThat(negotiation.allows(URI.create(uri))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "files.example.com",
                "ftp://files.example.com",
                "https://files.example.com/path",
                "https://user@files.example.com",
                "https://files.example.com?q"
            })
    void whatIsNoOriginIsNamedInTheError(String origin) {
        assertThatThrownBy(() -> Negotiation.builder().allow(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(origin);
    }

    @Test
    void delegationIsOffUntilAnAllowedServerIsNamedForIt() {
        assertThatThrownBy(() -> Negotiation.builder().delegate("https://files.example.com"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow it first");
    }

    @Test
    void aProcessThatWouldProveItselfIsRefused() {
        System.setProperty("javax.security.auth.useSubjectCredsOnly", "false");
        try {
            assertThatThrownBy(() -> Negotiation.builder().build())
                    .isInstanceOfSatisfying(NegotiateException.class, x -> assertThat(x.failure())
                            .isEqualTo(NegotiateFailure.UNSAFE_SETUP));
        } finally {
            System.clearProperty("javax.security.auth.useSubjectCredsOnly");
        }
    }

    @Test
    void nobodyAndAnIdentityWithoutASubjectAreSentWithoutAToken() {
        FaultyIdentity faulty = new FaultyIdentity();
        IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
        Negotiation negotiation =
                Negotiation.builder().allow("https://files.example.com").build();
        URI uri = URI.create("https://files.example.com/");
        assertThat(negotiation.token(flow.none(), uri)).isNull();
        try (Identity alice = flow.of(faulty.part("alice"))) {
            assertThat(negotiation.token(alice, uri)).isNull();
        }
        flow.close();
    }
}
