package dev.latchkey.openssl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the system as clients. */
final class Programs {
    private Programs() {}

    /** All that the program says on both streams, until it ends. */
    static String run(Path directory, List<String> command) throws IOException, InterruptedException {
        Process process = start(directory, command);
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            process.waitFor(30, TimeUnit.SECONDS);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    static Process start(Path directory, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    static boolean isThere(String... command) {
        try {
            run(Path.of("."), List.of(command));
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
