package dev.latchkey.it.tls;

import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.TestPrograms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A real client that runs while a test talks to it, its standard input open; ended with the test. */
final class LiveProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    /** @param name the program, found on the PATH */
    LiveProgram(String name, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(TestPrograms.require(name).toString()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(() -> gather(process.getInputStream()), "program-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void gather(InputStream in) {
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (said) {
                    said.write(buffer, 0, n);
                }
            }
        } catch (IOException ended) {
            // What it said is kept.
        }
    }

    void type(String text) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write(text.getBytes(StandardCharsets.ISO_8859_1));
        in.flush();
    }

    void get(String path) throws IOException {
        type("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    /** {@return all that it has printed, on both streams} */
    String said() {
        synchronized (said) {
            return said.toString(StandardCharsets.UTF_8);
        }
    }

    /** Waits until it has printed a text. */
    void awaitSaid(String text) {
        await(text).atMost(PATIENCE).until(this::said, s -> s.contains(text));
    }

    /** Waits until it has ended by itself; {@return its exit status} */
    int awaitEnd() {
        await("end of the program").atMost(PATIENCE).until(() -> !process.isAlive());
        return process.exitValue();
    }

    @Override
    public void close() {
        TestPrograms.killTree(process);
    }
}
