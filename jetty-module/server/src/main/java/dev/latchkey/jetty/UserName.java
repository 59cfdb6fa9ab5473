package dev.latchkey.jetty;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * How a certificate names its user: by its subject, by one attribute of it, by an e-mail address or a user principal
 * name, or by what a pattern finds in the subject.
 *
 * <p>Two people are never one user. The name is a decoded value, whatever its string type, never a piece of printed
 * text. A certificate with no such name, with two different ones, or with one that is malformed or looks like another,
 * names nobody. Immutable.
 */
final class UserName {
    private static final String SUBJECT = "subject";
    private static final String EMAIL = "email";
    private static final String UPN = "upn";
    private static final String PATTERN = "pattern";

    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

    /** Kinds of a subject alternative name, RFC 5280 section 4.2.1.6: [0] otherName and [1] rfc822Name. */
    private static final int OTHER_NAME = 0xA0;

    private static final int RFC822_NAME = 0x81;

    /** Microsoft's user principal name. */
    private static final String UPN_TYPE = "1.3.6.1.4.1.311.20.2.3";

    /**
     * What was found.
     *
     * @param name null if the certificate names nobody
     * @param problem why it does not; it says where the name was looked for, and nothing of what is there
     */
    record Found(@Nullable String name, String problem) {
        private static Found nobody(String problem) {
            return new Found(null, problem);
        }
    }

    /** Looks for the name. Malformed is what throws. */
    private interface Reader {
        Found read(X509Certificate certificate) throws IOException;
    }

    private final String description;
    private final Reader reader;

    private UserName(String description, Reader reader) {
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
            case SUBJECT -> new UserName(kind, certificate -> subject(certificate.getSubjectX500Principal()));
            case EMAIL -> new UserName(kind, certificate -> only(emails(certificate), "an rfc822Name"));
            case UPN -> new UserName(kind, certificate -> only(upns(certificate), "a user principal name"));
            case PATTERN -> byPattern(pattern);
            default -> byAttribute(kind);
        };
    }

    private static UserName byAttribute(String kind) {
        String type = SubjectName.type(kind);
        if (type.isEmpty()) {
            throw new IllegalArgumentException("latchkey.userName=" + kind
                    + ": it must be one of subject, email, upn, pattern (with latchkey.userNamePattern), or an"
                    + " attribute of the subject: cn, uid, serialNumber, emailAddress, another short name, or an OID");
        }
        return new UserName(
                kind,
                certificate -> only(
                        SubjectName.of(certificate.getSubjectX500Principal()).values(type),
                        "the subject's attribute " + type));
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
                    + " CN=((?:[^,+\\\\]|\\\\.)+),.*");
        }
        return new UserName(
                PATTERN + " " + text,
                certificate -> match(pattern, SubjectName.of(certificate.getSubjectX500Principal())));
    }

    /** {@return what the group holds, without escapes, if that is one attribute's value or a part of one} */
    private static Found match(Pattern pattern, SubjectName subject) {
        SubjectName.Printed printed = subject.printed();
        Matcher matcher = pattern.matcher(printed.text());
        if (!matcher.matches() || matcher.start(1) < 0) {
            return Found.nobody("the pattern does not match the subject");
        }
        int start = matcher.start(1);
        int end = matcher.end(1);
        for (SubjectName.Range value : printed.values()) {
            if (value.start() <= start && end <= value.end()) {
                String name = unescape(printed.text(), value.start(), start, end);
                return name == null
                        ? Found.nobody("the pattern's group cuts an escaped character of the subject")
                        : new Found(name, "");
            }
        }
        return Found.nobody("the pattern's group holds more than the value of one attribute of the subject");
    }

    /** {@return a part of a value without escapes; null if it begins or ends in the middle of one} */
    private static @Nullable String unescape(String text, int valueStart, int start, int end) {
        StringBuilder plain = new StringBuilder();
        int i = valueStart;
        while (i < end) {
            int at = i;
            char c = text.charAt(i++);
            if (c == '\\') {
                if (i >= end || at < start && start < i + 1) {
                    return null;
                }
                c = text.charAt(i++);
            }
            if (at >= start) {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /** {@return the name of a certificate's user; null if it names nobody} */
    @Nullable
    String of(X509Certificate certificate) {
        return find(certificate).name();
    }

    /** {@return the name of a certificate's user, or why it names nobody} */
    Found find(X509Certificate certificate) {
        try {
            Found found = reader.read(certificate);
            String name = found.name();
            return name == null || isClear(name)
                    ? found
                    : Found.nobody("the name is blank, or could be taken for another: it begins or ends with a space,"
                            + " holds characters that nobody sees, or is not in Unicode's normal form C");
        } catch (IOException | RuntimeException | StackOverflowError malformed) {
            // The last is how Java's regular expressions take a very long subject.
            return Found.nobody("the subject, or its alternative names, are malformed");
        }
    }

    /** {@return whether people and databases tell this name from all others} */
    private static boolean isClear(String name) {
        return !name.isBlank()
                && name.equals(name.strip())
                && Normalizer.isNormalized(name, Normalizer.Form.NFC)
                && name.codePoints().allMatch(UserName::isVisible);
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> c != 0xFFFD;
        };
    }

    /**
     * As Jetty's own CLIENT-CERT has always written it, so that the names in a realm stay as they are; but only if it
     * can be read back, so that no two subjects are written alike.
     */
    private static Found subject(X500Principal subject) throws IOException {
        String name = subject.toString();
        return SubjectName.of(new X500Principal(name)).equals(SubjectName.of(subject))
                ? new Found(name, "")
                : Found.nobody("the subject cannot be written so that it is told from all others");
    }

    private static Found only(Iterable<String> values, String where) {
        String only = null;
        for (String value : values) {
            if (only != null) {
                return Found.nobody("it has more than one value of " + where);
            }
            only = value;
        }
        return only == null ? Found.nobody("it has no " + where.replaceFirst("^(the|an?) ", "")) : new Found(only, "");
    }

    private static Set<String> emails(X509Certificate certificate) throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Der name = alternativeNames(certificate); !name.isEmpty(); ) {
            boolean email = name.isNext(RFC822_NAME);
            Der value = name.enter();
            if (email) {
                found.add(value.ascii());
            }
        }
        return found;
    }

    private static Set<String> upns(X509Certificate certificate) throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Der name = alternativeNames(certificate); !name.isEmpty(); ) {
            boolean other = name.isNext(OTHER_NAME);
            Der value = name.enter();
            if (other) {
                found.addAll(upn(value));
            }
        }
        return found;
    }

    /** {@code OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }}, tagged implicitly. */
    private static List<String> upn(Der name) throws IOException {
        if (!name.objectIdentifier().equals(UPN_TYPE)) {
            return List.of();
        }
        Der value = name.enter(0xA0);
        String text = value.text();
        if (!value.isEmpty() || !name.isEmpty()) {
            throw new IOException("more than a type and a value");
        }
        return List.of(text);
    }

    /** Read here, because what Java's own reader makes of odd neighbours differs from one version to the next. */
    private static Der alternativeNames(X509Certificate certificate) throws IOException {
        byte[] extension = certificate.getExtensionValue(SUBJECT_ALTERNATIVE_NAME);
        return extension == null
                ? new Der(new byte[0])
                : new Der(new Der(extension).enter(Der.OCTET_STRING).rest()).enter(Der.SEQUENCE);
    }

    @Override
    public String toString() {
        return description;
    }
}
