package dev.latchkey.jetty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * How a certificate names its user: by its subject, an e-mail address, a user principal name, or what a pattern finds in
 * the subject.
 *
 * <p>A certificate with no such name, or with two different ones, names nobody. Immutable.
 */
final class UserName {
    private static final String SUBJECT = "subject";
    private static final String EMAIL = "email";
    private static final String UPN = "upn";
    private static final String PATTERN = "pattern";

    /** Kinds of a subject alternative name, RFC 5280 section 4.2.1.6. */
    private static final int OTHER_NAME = 0;

    private static final int RFC822_NAME = 1;

    /** 1.3.6.1.4.1.311.20.2.3, Microsoft's user principal name, as DER holds it. */
    private static final byte[] UPN_OID = {0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, (byte) 0x82, 0x37, 0x14, 0x02, 0x03
    };

    private final String description;
    private final Function<X509Certificate, @Nullable String> reader;

    private UserName(String description, Function<X509Certificate, @Nullable String> reader) {
        this.description = description;
        this.reader = reader;
    }

    /**
     * {@return the way that the properties describe}
     *
     * @param kind {@code latchkey.userName}
     * @param pattern {@code latchkey.userNamePattern}; empty if there is none
     * @throws IllegalArgumentException naming the property and what it takes
     */
    static UserName of(String kind, String pattern) {
        if (!pattern.isEmpty() && !kind.equals(PATTERN)) {
            throw new IllegalArgumentException("latchkey.userNamePattern=" + pattern
                    + " has no effect with latchkey.userName=" + kind + ": set latchkey.userName=pattern");
        }
        return switch (kind) {
            case SUBJECT -> new UserName(kind, UserName::subject);
            case EMAIL -> new UserName(kind, certificate -> alternative(certificate, RFC822_NAME, UserName::text));
            case UPN -> new UserName(kind, certificate -> alternative(certificate, OTHER_NAME, UserName::upn));
            case PATTERN -> byPattern(pattern);
            default ->
                throw new IllegalArgumentException("latchkey.userName=" + kind
                        + ": it must be one of subject, email, upn, pattern (with latchkey.userNamePattern)");
        };
    }

    private static UserName byPattern(String text) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(text);
        } catch (PatternSyntaxException x) {
            throw new IllegalArgumentException(
                    "latchkey.userNamePattern=" + text + " is not a regular expression: " + x.getDescription(), x);
        }
        if (pattern.matcher("").groupCount() != 1) {
            throw new IllegalArgumentException("latchkey.userNamePattern=" + text
                    + ": it must match the whole subject (RFC 2253) and hold one group, the user's name; such as"
                    + " CN=([^,]+),.*");
        }
        return new UserName(PATTERN + " " + text, certificate -> {
            Matcher matcher =
                    pattern.matcher(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
            return matcher.matches() ? matcher.group(1) : null;
        });
    }

    /** {@return the name of a certificate's user; null if it names nobody} */
    @Nullable
    String of(X509Certificate certificate) {
        String name = reader.apply(certificate);
        return name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl) ? null : name;
    }

    /** As Jetty's own CLIENT-CERT has always written it, so that the names in a realm stay as they are. */
    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().toString();
    }

    private static @Nullable String alternative(
            X509Certificate certificate, int kind, Function<Object, @Nullable String> reader) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException x) {
            return null;
        }
        if (names == null) {
            return null;
        }
        List<String> found = names.stream()
                .filter(name -> name.get(0).equals(kind))
                .flatMap(name -> Stream.ofNullable(reader.apply(name.get(1))))
                .distinct()
                .toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    private static @Nullable String text(Object value) {
        return value instanceof String text ? text : null;
    }

    static @Nullable String upn(Object value) {
        try {
            return value instanceof byte[] der ? upn(new Der(der)) : null;
        } catch (IOException malformed) {
            return null;
        }
    }

    /**
     * {@code OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT UTF8String }}. Some JDKs wrap the
     * value in a second [0].
     */
    private static @Nullable String upn(Der name) throws IOException {
        Der sequence = name.enter(0x30);
        if (!sequence.skipIfNext(UPN_OID)) {
            return null;
        }
        Der value = sequence.enter(0xA0);
        if (value.isNext(0xA0)) {
            value = value.enter(0xA0);
        }
        return new String(value.enter(0x0C).rest(), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return description;
    }

    /** As much of DER as a name needs. For one thread. */
    private static final class Der {
        private final byte[] bytes;
        private int position;
        private final int end;

        Der(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        private Der(byte[] bytes, int position, int end) {
            this.bytes = bytes;
            this.position = position;
            this.end = end;
        }

        boolean isNext(int tag) {
            return position < end && (bytes[position] & 0xFF) == tag;
        }

        boolean skipIfNext(byte[] expected) {
            boolean there = end - position >= expected.length
                    && Arrays.equals(bytes, position, position + expected.length, expected, 0, expected.length);
            if (there) {
                position += expected.length;
            }
            return there;
        }

        /** {@return the inside of the value that comes next} */
        Der enter(int tag) throws IOException {
            if (!isNext(tag)) {
                throw new IOException("not what was expected");
            }
            position++;
            int length = next();
            if (length > 0x7F) {
                int count = length & 0x7F;
                if (count == 0 || count > 2) {
                    throw new IOException("not a length of DER, or of a name");
                }
                length = 0;
                for (int i = 0; i < count; i++) {
                    length = length << 8 | next();
                }
            }
            if (length > end - position) {
                throw new IOException("longer than it is");
            }
            Der inside = new Der(bytes, position, position + length);
            position += length;
            return inside;
        }

        private int next() throws IOException {
            if (position >= end) {
                throw new IOException("ends too early");
            }
            return bytes[position++] & 0xFF;
        }

        byte[] rest() {
            return Arrays.copyOfRange(bytes, position, end);
        }
    }
}
