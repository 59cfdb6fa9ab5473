package dev.latchkey.example.stepup;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;

/** Writes the names in a certificate so that they stay on their line. No state. */
final class Names {
    private Names() {}

    static String subject(X509Certificate certificate) {
        return oneLine(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
    }

    static String issuer(X509Certificate certificate) {
        return oneLine(certificate.getIssuerX500Principal().getName(X500Principal.RFC2253));
    }

    /** A name may hold a line end, which would forge a line of the answer: RFC 2253 lets us write its code instead. */
    static String oneLine(String name) {
        StringBuilder line = new StringBuilder(name.length());
        name.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    line.append(String.format("\\%02X", b));
                }
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
