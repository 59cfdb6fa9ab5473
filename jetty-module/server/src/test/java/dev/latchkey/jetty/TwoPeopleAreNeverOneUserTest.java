package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Subjects as odd as they come, at random: a name that is given is the one attribute's value, decoded, or there is none;
 * and two different subjects are never written alike. {@code -Dlatchkey.subjects=} sets how many (20,000).
 */
class TwoPeopleAreNeverOneUserTest {
    private static final String CN = "2.5.4.3";
    private static final String OLD_SAMPLE = "CN=([^,]+),.*";
    private static final String SAMPLE = "CN=((?:[^,+\\\\]|\\\\.)+),.*";
    private static final String[] TYPES = {CN, CN, CN, "2.5.4.10", "2.5.4.11", "2.5.4.5", "1.2.840.113549.1.9.1"};
    /** What is special to one way or another of printing a name. */
    private static final String[] PIECES = {
        "a",
        "b",
        "alice",
        ",",
        "+",
        "=",
        "\\",
        "\"",
        "#",
        ";",
        "<",
        ">",
        " ",
        "CN=",
        ", CN=",
        "O=",
        "\u017d",
        "\u00e9",
        "e\u0301",
        "\u200b",
        "\u00a0",
        "\n",
        "\0",
        "*",
        "'",
        "/",
        "\\,",
        "\uD83D\uDE00",
        "41"
    };

    /** @param text null if the value is malformed, or no string */
    private record Value(String type, String text, int tag, byte[] bytes) {
        static Value random(Random random) {
            String type = TYPES[random.nextInt(TYPES.length)];
            if (random.nextInt(40) == 0) {
                return new Value(type, null, 0x0C, new byte[] {'a', (byte) 0xC3}); // cut in the middle of a letter
            }
            if (random.nextInt(40) == 0) {
                return new Value(type, null, 0x14, new byte[] {'a', (byte) 0xE9}); // T.61, or Latin-1?
            }
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            boolean ascii = text.chars().allMatch(c -> c < 0x80);
            int kind = random.nextInt(ascii ? 4 : 3);
            Charset charset = List.of(
                            StandardCharsets.UTF_8,
                            StandardCharsets.UTF_16BE,
                            Charset.forName("UTF-32BE"),
                            StandardCharsets.US_ASCII)
                    .get(kind);
            int tag = new int[] {0x0C, 0x1E, 0x1C, random.nextBoolean() ? 0x13 : 0x16}[kind];
            return new Value(type, text.toString(), tag, text.toString().getBytes(charset));
        }

        String meaning() {
            return type + "=" + (text == null ? "?" + tag + bytes.length : text);
        }
    }

    private static byte[] tlv(int tag, byte[]... parts) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            inside.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (inside.size() > 0x7F) {
            out.write(0x82);
            out.write(inside.size() >> 8);
        }
        out.write(inside.size());
        out.writeBytes(inside.toByteArray());
        return out.toByteArray();
    }

    private static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arc >> shift > 0) {
                    out.write(arc >> shift & 0x7F | 0x80);
                }
            }
            out.write(arc & 0x7F);
        }
        return tlv(Der.OBJECT_IDENTIFIER, out.toByteArray());
    }

    private static byte[] encode(List<List<Value>> names) {
        List<byte[]> sets = new ArrayList<>();
        for (List<Value> together : names) {
            sets.add(tlv(
                    Der.SET,
                    together.stream()
                            .map(v -> tlv(Der.SEQUENCE, oid(v.type()), tlv(v.tag(), v.bytes())))
                            .toArray(byte[][]::new)));
        }
        return tlv(Der.SEQUENCE, sets.toArray(byte[][]::new));
    }

    private static List<List<Value>> randomNames(Random random) {
        List<List<Value>> names = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            List<Value> together = new ArrayList<>();
            together.add(Value.random(random));
            if (random.nextInt(4) == 0) {
                together.add(Value.random(random));
            }
            names.add(together);
        }
        return names;
    }

    @Test
    void aNameIsTheDecodedValueOfOneAttributeOrThereIsNone() {
        long seed = System.nanoTime();
        System.out.println("TwoPeopleAreNeverOneUserTest seed " + seed);
        Random random = new Random(seed);
        Map<String, String> written = new HashMap<>();
        int named = 0;
        for (int i = Integer.getInteger("latchkey.subjects", 20_000); i > 0; i--) {
            List<List<Value>> names = randomNames(random);
            OddCertificate certificate;
            try {
                certificate = OddCertificate.withSubject(encode(names));
            } catch (IllegalArgumentException java) {
                continue; // Java reads no certificate with such a subject
            }
            List<Value> commonNames = names.stream()
                    .flatMap(List::stream)
                    .filter(v -> v.type().equals(CN))
                    .toList();
            List<String> texts = commonNames.stream().map(Value::text).toList();

            String name = UserName.of("cn", "").of(certificate);
            if (name != null) {
                named++;
                assertThat(texts).as("seed %d, %s", seed, names).isNotEmpty().containsOnly(name);
            }
            for (String pattern : new String[] {SAMPLE, OLD_SAMPLE}) {
                String matched = UserName.of("pattern", pattern).of(certificate);
                if (matched != null) {
                    assertThat(texts)
                            .as("seed %d, %s, %s", seed, pattern, names)
                            .contains(matched);
                }
            }
            String subject = UserName.of("subject", "").of(certificate);
            if (subject != null) {
                String meaning = names.stream()
                        .map(rdn -> rdn.stream().map(Value::meaning).sorted().toList())
                        .toList()
                        .toString();
                String other = written.putIfAbsent(subject, meaning);
                assertThat(other == null || other.equals(meaning))
                        .as("seed %d: %s and %s are both written %s", seed, meaning, other, subject)
                        .isTrue();
            }
        }
        assertThat(named).isPositive();
    }
}
