package dev.latchkey.it.tls;

import dev.latchkey.it.Lane;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.TestPrograms;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Python's ssl module, driven a command at a time: a client that holds on to session tickets, as curl does not. On the
 * TLS version of the lane. See {@code client.py}.
 */
final class PythonClient implements AutoCloseable {
    private final Path dir;
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    /** @param options {@code no-ticket}, {@code no-renegotiation}, {@code no-pha} */
    PythonClient(Path dir, int port, HeldCertificate authority, String... options) throws IOException {
        this.dir = dir;
        Path script = dir.resolve("client.py");
        try (InputStream in = Objects.requireNonNull(PythonClient.class.getResourceAsStream("client.py"))) {
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
        }
        Path ca = Files.writeString(dir.resolve("python-ca.pem"), authority.chainPem());
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("python3").toString(),
                script.toString(),
                String.valueOf(port),
                ca.toString(),
                Lane.current().protocol()));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Opens a connection with a full handshake. */
    Map<String, String> open(String name) {
        return command("open " + name);
    }

    /** Opens a connection that resumes the TLS session of another. */
    Map<String, String> open(String name, String resumed) {
        return command("open " + name + " " + resumed);
    }

    Map<String, String> get(String name, String path) {
        return command("get " + name + " " + path);
    }

    void close(String name) {
        command("close " + name);
    }

    /** Shows this certificate on connections to come. */
    void certificate(HeldCertificate held) throws IOException {
        Path pem = Files.writeString(dir.resolve("python.pem"), held.chainPem());
        Path key = Files.writeString(dir.resolve("python.key"), held.keyPem());
        command("certificate " + pem + " " + key);
    }

    private Map<String, String> command(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
            Map<String, String> values = new LinkedHashMap<>();
            for (String answer = next(); !answer.isEmpty(); answer = next()) {
                int equals = answer.indexOf('=');
                if (equals < 0) {
                    throw new IOException("Python said: " + answer + " after " + values);
                }
                values.put(answer.substring(0, equals), answer.substring(equals + 1));
            }
            return values;
        } catch (IOException x) {
            throw new UncheckedIOException(x);
        }
    }

    private String next() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new EOFException("Python has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IOException("Python does not end");
            }
        } catch (InterruptedException x) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
