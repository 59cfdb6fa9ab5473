package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP/1.1 response as it came (RFC 9112), read strictly: what is not framed well is an error.
 *
 * <p>Immutable; any thread may use it.
 */
public final class HttpAnswer {
    private static final int MAX_LINE = 64 * 1024;

    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;

    private HttpAnswer(int status, List<Map.Entry<String, String>> headers, byte[] body) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.body = body;
    }

    /**
     * Reads one response, an interim one (1xx) too, and not a byte more.
     *
     * @param in where it comes from
     * @return the response
     * @throws EOFException if the connection ended before or within it
     * @throws ProtocolException if it is no well-formed response
     * @throws IOException if it could not be read
     */
    public static HttpAnswer read(InputStream in) throws IOException {
        String statusLine = line(in);
        if (!statusLine.matches("HTTP/1\\.[01] [1-9]\\d\\d( .*)?")) {
            throw new ProtocolException("No status line: " + statusLine);
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        List<Map.Entry<String, String>> headers = fields(in);
        HttpAnswer head = new HttpAnswer(status, headers, new byte[0]);
        return new HttpAnswer(status, headers, body(in, status, head));
    }

    /** Reads responses until one is final, not 1xx; else as {@link #read(InputStream)}. */
    public static HttpAnswer readFinal(InputStream in) throws IOException {
        HttpAnswer answer = read(in);
        while (answer.status < 200) {
            answer = read(in);
        }
        return answer;
    }

    /** {@return the status code} */
    public int status() {
        return status;
    }

    /** {@return name, in lower case, and value of each field, in order} */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** {@return a copy of the body's bytes, without any framing} */
    public byte[] body() {
        return body.clone();
    }

    /** {@return the first value of a header, by its name in any case} */
    public Optional<String> header(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return headers.stream()
                .filter(field -> field.getKey().equals(wanted))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** {@return whether the server says that it closes the connection after this} */
    public boolean saysClose() {
        return header("connection")
                .filter(value -> value.equalsIgnoreCase("close"))
                .isPresent();
    }

    /** {@return the body as UTF-8} */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** {@return the lines {@code name=value} of the body, by name; other lines are left out} */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        text().lines().filter(line -> line.indexOf('=') > 0).forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return values;
    }

    /** {@return status, headers and body, for messages} */
    @Override
    public String toString() {
        return status + " " + headers + "\n" + text();
    }

    private static byte[] body(InputStream in, int status, HttpAnswer head) throws IOException {
        if (status < 200 || status == 204 || status == 304) {
            return new byte[0];
        }
        Optional<String> coding = head.header("transfer-encoding");
        if (coding.isPresent()) {
            if (!coding.get().equalsIgnoreCase("chunked")) {
                throw new ProtocolException("Unknown transfer coding: " + coding.get());
            }
            return chunks(in);
        }
        Optional<String> length = head.header("content-length");
        return length.isPresent() ? exactly(in, number(length.get(), 10)) : in.readAllBytes();
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = number(line(in).replaceFirst(";.*", "").strip(), 16);
            if (size == 0) {
                fields(in);
                return body.toByteArray();
            }
            body.writeBytes(exactly(in, size));
            if (!line(in).isEmpty()) {
                throw new ProtocolException("A chunk is longer than it says: " + size);
            }
        }
    }

    private static List<Map.Entry<String, String>> fields(InputStream in) throws IOException {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("No header field: " + line);
            }
            fields.add(Map.entry(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip()));
        }
        return fields;
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The body ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static int number(String digits, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(digits, radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("No length: " + digits);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(
                        line.size() == 0
                                ? "The connection ended where a line was to begin"
                                : "The connection ended within the line: "
                                        + line.toString(StandardCharsets.ISO_8859_1));
            }
            if (line.size() > MAX_LINE) {
                throw new ProtocolException("A line of more than " + MAX_LINE + " bytes");
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
