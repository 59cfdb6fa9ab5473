package dev.latchkey.jetty;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The subject of a certificate as its attributes, decoded: what they say, and not how it is printed. Immutable.
 *
 * @param names the relative distinguished names in the order of the certificate; several attributes in one are sorted
 */
record SubjectName(List<List<Attribute>> names) {
    /**
     * One attribute.
     *
     * @param type its OBJECT IDENTIFIER, in dots
     * @param value decoded, of whatever string type; null if it is no string, or malformed
     * @param encoded in hexadecimal where the value is null, else empty
     */
    record Attribute(String type, @Nullable String value, String encoded) {
        private static Attribute read(Der attribute) throws IOException {
            String type = attribute.objectIdentifier();
            byte[] rest = attribute.rest();
            try {
                Der value = new Der(rest);
                String text = value.text();
                if (value.isEmpty()) {
                    return new Attribute(type, text, "");
                }
            } catch (IOException undecodable) {
                // Others are not concerned; who needs this one learns of it.
            }
            return new Attribute(type, null, HexFormat.of().formatHex(rest));
        }

        private String sortKey() {
            return type + ' ' + encoded + ' ' + value;
        }
    }

    /** Where a value lies in the printed name. */
    record Range(int start, int end) {}

    /**
     * The name as RFC 2253 writes it, the most specific part first.
     *
     * @param values where the attributes' values are, escaped; without those that are no strings
     */
    record Printed(String text, List<Range> values) {}

    /** RFC 2253 section 2.3. */
    private static final Map<String, String> KEYWORDS = Map.of(
            "2.5.4.3", "CN",
            "2.5.4.7", "L",
            "2.5.4.8", "ST",
            "2.5.4.10", "O",
            "2.5.4.11", "OU",
            "2.5.4.6", "C",
            "2.5.4.9", "STREET",
            "0.9.2342.19200300.100.1.25", "DC",
            "0.9.2342.19200300.100.1.1", "UID");

    /** Attributes that may name a user, by the names that people give them, in lower case. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("cn", "2.5.4.3"),
            Map.entry("surname", "2.5.4.4"),
            Map.entry("serialnumber", "2.5.4.5"),
            Map.entry("o", "2.5.4.10"),
            Map.entry("ou", "2.5.4.11"),
            Map.entry("title", "2.5.4.12"),
            Map.entry("name", "2.5.4.41"),
            Map.entry("givenname", "2.5.4.42"),
            Map.entry("dnqualifier", "2.5.4.46"),
            Map.entry("pseudonym", "2.5.4.65"),
            Map.entry("organizationidentifier", "2.5.4.97"),
            Map.entry("uid", "0.9.2342.19200300.100.1.1"),
            Map.entry("emailaddress", "1.2.840.113549.1.9.1"));

    /** What JDKs escape as well, and more than RFC 2253 asks for: patterns were written for it. */
    private static final String ESCAPED = ",=+<>#;\"\\";

    /** {@return the type of an attribute by its short name or its OBJECT IDENTIFIER; empty if it is neither} */
    static String type(String name) {
        return name.matches("[0-2](\\.(0|[1-9]\\d{0,17}))+")
                ? name
                : TYPES.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /**
     * {@return a name, decoded}
     *
     * @throws IOException if it is malformed
     */
    static SubjectName of(X500Principal name) throws IOException {
        Der sequence = new Der(name.getEncoded()).enter(Der.SEQUENCE);
        List<List<Attribute>> names = new ArrayList<>();
        while (!sequence.isEmpty()) {
            Der set = sequence.enter(Der.SET);
            List<Attribute> together = new ArrayList<>();
            while (!set.isEmpty()) {
                together.add(Attribute.read(set.enter(Der.SEQUENCE)));
            }
            together.sort(Comparator.comparing(Attribute::sortKey));
            names.add(List.copyOf(together));
        }
        return new SubjectName(List.copyOf(names));
    }

    /**
     * {@return the different values of all attributes of a type}
     *
     * @throws IOException if one of them is malformed
     */
    Set<String> values(String type) throws IOException {
        Set<String> values = new LinkedHashSet<>();
        for (List<Attribute> together : names) {
            for (Attribute attribute : together) {
                if (attribute.type().equals(type)) {
                    String value = attribute.value();
                    if (value == null) {
                        throw new IOException("not a string that can be read");
                    }
                    values.add(value);
                }
            }
        }
        return values;
    }

    /** {@return the name as RFC 2253 writes it; an attribute that it has no keyword for by its number, as text too} */
    Printed printed() {
        StringBuilder text = new StringBuilder();
        List<Range> values = new ArrayList<>();
        List<List<Attribute>> reversed = new ArrayList<>(names);
        Collections.reverse(reversed);
        for (List<Attribute> together : reversed) {
            String separator = text.length() == 0 ? "" : ",";
            for (Attribute attribute : together) {
                text.append(separator)
                        .append(KEYWORDS.getOrDefault(attribute.type(), attribute.type()))
                        .append('=');
                int start = text.length();
                String value = attribute.value();
                if (value == null) {
                    text.append('#').append(attribute.encoded());
                } else {
                    escape(value, text);
                    values.add(new Range(start, text.length()));
                }
                separator = "+";
            }
        }
        return new Printed(text.toString(), values);
    }

    private static void escape(String value, StringBuilder text) {
        int first = 0;
        int last = value.length();
        while (first < last && value.charAt(first) == ' ') {
            first++;
        }
        while (last > first && value.charAt(last - 1) == ' ') {
            last--;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (i < first || i >= last || ESCAPED.indexOf(c) >= 0) {
                text.append('\\');
            }
            text.append(c);
        }
    }
}
