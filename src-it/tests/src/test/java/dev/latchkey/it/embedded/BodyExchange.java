package dev.latchkey.it.embedded;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Steps up and echoes the body, read in the way that the query names.
 *
 * <p>{@code how}: blocking or async; {@code read}: stream, reader, parameter, part or listener; {@code before}: how many
 * bytes to read before the step-up; {@code limit}: the body limit; {@code again}: a second, fresh step-up. The answer has
 * the subject in the field Subject, and the trailers in Trailers.
 */
final class BodyExchange implements Exchange {
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response) throws Exception {
        Map<String, String> query = query(request);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int before = Integer.parseInt(query.getOrDefault("before", "0"));
        if (before > 0) {
            body.writeBytes(request.getInputStream().readNBytes(before));
        }
        ClientCertificates certificates = ClientCertificates.of(request);
        NegotiationOptions options = options(query, false);
        if (query.getOrDefault("how", "blocking").equals("blocking")) {
            ClientCertificate certificate = certificates.negotiateClientCertificate(options);
            if (query.containsKey("again")) {
                certificate = certificates.negotiateClientCertificate(options(query, true));
            }
            response.setHeader("Subject", Answers.describe(certificate));
            answer(request, response, query.get("read"), body);
            return;
        }
        AsyncContext async = request.startAsync();
        certificates.negotiateClientCertificateAsync(options).whenComplete((certificate, failure) -> {
            try {
                if (failure != null) {
                    Answers.write(response, failure);
                    async.complete();
                    return;
                }
                response.setHeader("Subject", Answers.describe(certificate));
                if (!answer(request, response, query.get("read"), body)) {
                    async.complete();
                }
            } catch (Exception x) {
                response.setStatus(500);
                async.complete();
            }
        });
    }

    private static NegotiationOptions options(Map<String, String> query, boolean fresh) {
        NegotiationOptions.Builder options = NegotiationOptions.builder();
        if (query.containsKey("limit")) {
            options.bodyLimit(Long.parseLong(query.get("limit")));
        }
        if (query.containsKey("orElse")) {
            options.bodyTooLarge(NegotiationOptions.BodyTooLarge.GO_ON_WITHOUT);
        }
        return fresh ? options.fresh().build() : options.build();
    }

    /** Reads the query itself: {@code getParameter} would read the body. */
    private static Map<String, String> query(HttpServletRequest request) {
        Map<String, String> values = new TreeMap<>();
        for (String pair : String.valueOf(request.getQueryString()).split("&")) {
            String[] nameAndValue = pair.split("=", 2);
            values.put(nameAndValue[0], nameAndValue.length > 1 ? nameAndValue[1] : "");
        }
        return values;
    }

    /** {@return whether the answer comes later} */
    static boolean answer(
            HttpServletRequest request, HttpServletResponse response, String read, ByteArrayOutputStream body)
            throws Exception {
        switch (String.valueOf(read)) {
            case "reader" -> {
                request.setCharacterEncoding("ISO-8859-1");
                StringBuilder text = new StringBuilder();
                char[] some = new char[1000];
                for (int n = request.getReader().read(some);
                        n >= 0;
                        n = request.getReader().read(some)) {
                    text.append(some, 0, n);
                }
                body.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            }
            case "parameter" -> body.writeBytes(request.getParameter("data").getBytes(StandardCharsets.UTF_8));
            case "part" ->
                body.writeBytes(request.getPart("data").getInputStream().readAllBytes());
            case "listener" -> {
                ServletInputStream in = request.getInputStream();
                AsyncContext async = request.isAsyncStarted() ? request.getAsyncContext() : request.startAsync();
                in.setReadListener(new Echo(in, async, request, response, body));
                return true;
            }
            default -> body.writeBytes(request.getInputStream().readAllBytes());
        }
        write(request, response, body);
        return false;
    }

    static void write(HttpServletRequest request, HttpServletResponse response, ByteArrayOutputStream body)
            throws IOException {
        if (request.isTrailerFieldsReady() && !request.getTrailerFields().isEmpty()) {
            response.setHeader("Trailers", new TreeMap<>(request.getTrailerFields()).toString());
        }
        response.setContentLength(body.size());
        response.getOutputStream().write(body.toByteArray());
    }

    /** Reads without blocking, then echoes. */
    private record Echo(
            ServletInputStream in,
            AsyncContext async,
            HttpServletRequest request,
            HttpServletResponse response,
            ByteArrayOutputStream body)
            implements ReadListener {
        @Override
        public void onDataAvailable() throws IOException {
            byte[] some = new byte[1000];
            while (in.isReady() && !in.isFinished()) {
                int n = in.read(some);
                if (n > 0) {
                    body.write(some, 0, n);
                }
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            write(request, response, body);
            async.complete();
        }

        @Override
        public void onError(Throwable x) {
            response.setStatus(500);
            async.complete();
        }
    }
}
