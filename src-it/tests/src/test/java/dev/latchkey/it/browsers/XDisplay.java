package dev.latchkey.it.browsers;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A screen that nobody sees, with a keyboard: for the dialogs of a browser itself, which no driver reaches. Closing it ends
 * its process. For one thread.
 */
final class XDisplay implements AutoCloseable {
    private final Process server;
    private final String name;

    private XDisplay(Process server, String name) {
        this.server = server;
        this.name = name;
    }

    /** {@return a new screen, of a number that nobody else has} */
    static XDisplay start() throws IOException {
        Process server = new ProcessBuilder(
                        TestPrograms.require("Xvfb").toString(),
                        "-displayfd",
                        "1",
                        "-screen",
                        "0",
                        "1000x900x24",
                        "-nolisten",
                        "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String number = new BufferedReader(
                            new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            if (number == null) {
                throw new IOException("Xvfb did not start");
            }
            return new XDisplay(server, ":" + number.strip());
        } catch (IOException x) {
            TestPrograms.killTree(server);
            throw x;
        }
    }

    /** {@return its name, such as {@code :7}} */
    String name() {
        return name;
    }

    /** Presses a key, such as {@code Escape}, in whatever window has the focus. */
    void key(String key) throws IOException {
        ProcessBuilder xdotool =
                new ProcessBuilder(TestPrograms.require("xdotool").toString(), "key", key);
        xdotool.environment().put("DISPLAY", name);
        ProgramResult result = TestPrograms.run(xdotool, Duration.ofSeconds(10), new byte[0]);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
    }

    @Override
    public void close() {
        TestPrograms.killTree(server);
    }
}
