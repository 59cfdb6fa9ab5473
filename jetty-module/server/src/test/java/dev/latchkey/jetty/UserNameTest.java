package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.CertificateBuilder;
import dev.latchkey.testkit.HeldCertificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserNameTest {
    private static final HeldCertificate AUTHORITY = HeldCertificate.authority("UserNameTest CA");

    private static X509Certificate certificate(UnaryOperator<CertificateBuilder> more) {
        CertificateBuilder builder =
                AUTHORITY.issue("x").subject("CN=alice,OU=staff,O=Example").client();
        return more.apply(builder).make().certificate();
    }

    private static String name(String kind, String pattern, UnaryOperator<CertificateBuilder> more) {
        return UserName.of(kind, pattern).of(certificate(more));
    }

    @Test
    void theSubjectIsWrittenAsJettyHasAlwaysWrittenIt() {
        X509Certificate certificate = certificate(b -> b);
        assertThat(UserName.of("subject", "").of(certificate))
                .isEqualTo("CN=alice, OU=staff, O=Example")
                .isEqualTo(stockName(certificate));
    }

    /** What Jetty's SslClientCertAuthenticator takes for the name. */
    @SuppressWarnings("deprecation")
    private static String stockName(X509Certificate certificate) {
        return certificate.getSubjectDN().getName();
    }

    @Test
    void anAlternativeNameIsTheUserIfItIsTheOnlyOneOfItsKind() {
        assertThat(name("email", "", b -> b.email("alice@example.org").upn("u@corp")))
                .isEqualTo("alice@example.org");
        assertThat(name("upn", "", b -> b.email("alice@example.org").upn("alice@corp.example")))
                .isEqualTo("alice@corp.example");
        assertThat(name("upn", "", b -> b.upn("\u00fcser".repeat(60)))).isEqualTo("\u00fcser".repeat(60));
        assertThat(name("email", "", b -> b.email("a@example.org").email("b@example.org")))
                .isNull();
        assertThat(name("upn", "", b -> b.upn("a@corp").upn("b@corp"))).isNull();
        assertThat(name("email", "", b -> b.upn("a@corp"))).isNull();
        assertThat(name("upn", "", b -> b.email("a@example.org"))).isNull();
        assertThat(name("email", "", b -> b)).isNull();
    }

    @Test
    void aNameThatIsBlankOrHoldsAControlCharacterIsNone() {
        assertThat(name("upn", "", b -> b.upn("  "))).isNull();
        assertThat(name("upn", "", b -> b.upn("alice\u0000@corp"))).isNull();
        assertThat(name("upn", "", b -> b.upn("alice\nadmin"))).isNull();
    }

    /** The second sample is the one of the README and the module; the first was, and people have written after it. */
    @ParameterizedTest
    @CsvSource({
        "'CN=([^,]+),.*', 'CN=alice,OU=staff,O=Example', alice",
        "'CN=((?:[^,+\\\\]|\\\\.)+),.*', 'CN=alice,OU=staff,O=Example', alice",
        "'CN=([^,]+),O=Example', 'CN=alice,OU=staff,O=Example', ",
        "'CN=([^,]+),.*', 'O=Example,CN=alice', ",
        "'CN=([^,]+),.*', 'CN=\"Doe, John\",O=Lab', ",
        "'CN=((?:[^,+\\\\]|\\\\.)+),.*', 'CN=\"Doe, John\",O=Lab', 'Doe, John'",
        "'CN=([^,]+),.*', 'CN=alice+UID=bob,O=Lab', ",
        "'CN=([^,]+),.*', 'CN=\\20alice,O=Lab', ",
        "'CN=.*[.](\\d+),.*', 'CN=DOE.JOHN.1234567890,O=Lab', 1234567890",
        "'CN=.*(, .*),O=Lab', 'CN=\"Doe, John\",O=Lab', ",
        "'(.*),O=Example', 'CN=a\\,CN=admin,O=Example', ",
        "'CN=(.*),O=Example', 'CN=a\\,CN=admin,O=Example', 'a,CN=admin'",
        "'(.*)', 'CN=alice,O=Example', ",
        "'.*2\\.5\\.4\\.5=([^,+]+).*', 'CN=alice,SERIALNUMBER=4711,O=Example', 4711"
    })
    void aPatternMatchesTheWholeSubjectAndTakesOneValueWithoutItsEscapes(String pattern, String subject, String user) {
        assertThat(name("pattern", pattern, b -> b.subject(subject))).isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource({
        "cn, 'CN=alice,OU=staff,O=Example', alice",
        "CN, 'CN=\"Doe, John\",O=Lab', 'Doe, John'",
        "2.5.4.3, 'CN=alice+UID=bob,O=Lab', alice",
        "uid, 'CN=alice+UID=bob,O=Lab', bob",
        "cn, 'CN=\u017dILINSKAS\\,\u017dYDR\u016aNAS\\,38001085718,C=LT', '\u017dILINSKAS,\u017dYDR\u016aNAS,38001085718'",
        "serialNumber, 'CN=alice,SERIALNUMBER=4711', 4711",
        "emailAddress, 'CN=alice,EMAILADDRESS=alice@example.org', alice@example.org",
        "cn, 'CN=alice,CN=Users,DC=corp', ",
        "cn, 'CN=alice,CN=alice,DC=corp', alice",
        "cn, 'CN=\\20alice,O=Lab', ",
        "cn, 'CN=\"alice\\\\\"', 'alice\\'",
        "cn, 'O=Example', ",
    })
    void anAttributeIsTheUserIfItIsTheOnlyOneOfItsType(String kind, String subject, String user) {
        assertThat(name(kind, "", b -> b.subject(subject))).isEqualTo(user);
    }

    @Test
    void whoNamesNobodyIsToldWhereTheNameWasLookedForAndNothingOfWhatIsThere() {
        X509Certificate two = certificate(b -> b.subject("CN=alice,CN=Users"));
        assertThat(UserName.of("cn", "").find(two).problem())
                .isEqualTo("it has more than one value of the subject's attribute 2.5.4.3");
        assertThat(UserName.of("uid", "").find(two).problem())
                .isEqualTo("it has no subject's attribute 0.9.2342.19200300.100.1.1");
        assertThat(UserName.of("email", "").find(two).problem()).isEqualTo("it has no rfc822Name");
        assertThat(UserName.of("pattern", "CN=([^,]+)").find(two).problem()).contains("does not match");
        X509Certificate comma = certificate(b -> b.subject("CN=\"Doe, John\",O=Lab"));
        assertThat(UserName.of("pattern", "CN=([^,]+),.*").find(comma).problem())
                .contains("cuts an escaped character")
                .doesNotContain("Doe");
    }

    @ParameterizedTest
    @CsvSource({
        "dn, '', 'latchkey.userName=dn', 'subject, email, upn, pattern'",
        "2.5.4., '', 'latchkey.userName=2.5.4.', 'cn, uid, serialNumber, emailAddress'",
        "Subject, '', 'latchkey.userName=Subject', 'subject, email, upn, pattern'",
        "pattern, '', 'latchkey.userNamePattern=', 'one group'",
        "pattern, 'CN=.*', 'latchkey.userNamePattern=CN=.*', 'one group'",
        "pattern, '(CN)=(.*)', 'latchkey.userNamePattern=(CN)=(.*)', 'one group'",
        "pattern, '(CN', 'latchkey.userNamePattern=(CN', 'not a regular expression'",
        "email, '(.*)', 'latchkey.userNamePattern=(.*)', 'latchkey.userName=pattern'"
    })
    void aValueThatMeansNothingIsNamedWithWhatItMayBe(String kind, String pattern, String named, String takes) {
        assertThatThrownBy(() -> UserName.of(kind, pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named)
                .hasMessageContaining(takes);
    }

    @Test
    void malformedAlternativeNamesNameNobody() throws Exception {
        long seed = System.nanoTime();
        System.out.println("UserNameTest seed " + seed);
        Random random = new Random(seed);
        byte[] good = certificate(b -> b.upn("ab").email("c@d")).getExtensionValue("2.5.29.17");
        for (String kind : List.of("upn", "email")) {
            UserName names = UserName.of(kind, "");
            assertThat(names.of(OddCertificate.withAlternativeNames(good)))
                    .isEqualTo(kind.equals("upn") ? "ab" : "c@d");
            for (int i = 0; i < 100_000; i++) {
                byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
                for (int j = 0; j < 2 && bad.length > 0; j++) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                }
                String name = names.of(OddCertificate.withAlternativeNames(bad)); // no exception, whatever it holds
                assertThat(name == null || name.length() <= bad.length).isTrue();
            }
        }
    }
}
