package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.CertificateBuilder;
import dev.latchkey.testkit.HeldCertificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
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

    @ParameterizedTest
    @CsvSource({
        "'CN=([^,]+),.*', 'CN=alice,OU=staff,O=Example', alice",
        "'CN=([^,]+),O=Example', 'CN=alice,OU=staff,O=Example', ",
        "'CN=([^,]+),.*', 'O=Example,CN=alice', ",
        "'(.*),O=Example', 'CN=a\\,CN=admin,O=Example', 'CN=a\\,CN\\=admin'"
    })
    void aPatternMatchesTheWholeSubject(String pattern, String subject, String user) {
        assertThat(name("pattern", pattern, b -> b.subject(subject))).isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource({
        "dn, '', 'latchkey.userName=dn', 'subject, email, upn, pattern'",
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
    void malformedAlternativeNamesAreNoNames() throws Exception {
        long seed = System.nanoTime();
        System.out.println("UserNameTest seed " + seed);
        Random random = new Random(seed);
        byte[] good = {
            0x30, 0x10, 0x06, 0x0A, 0x2B, 6, 1, 4, 1, (byte) 0x82, 0x37, 0x14, 2, 3, (byte) 0xA0, 4, 0x0C, 2, 'a', 'b'
        };
        good[1] = (byte) (good.length - 2);
        assertThat(UserName.upn(good)).isEqualTo("ab");
        for (int i = 0; i < 200_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int j = 0; j < 2 && bad.length > 0; j++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            String name = UserName.upn(bad); // no exception, whatever it holds
            assertThat(name == null || name.length() <= bad.length).isTrue();
        }
    }
}
