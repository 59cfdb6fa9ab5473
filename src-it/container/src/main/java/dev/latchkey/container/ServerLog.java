package dev.latchkey.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a server has written, line by line, copied to a file as it comes; waits for lines to come.
 *
 * <p>Any thread may ask. One daemon thread of its own reads until the process closes its output.
 */
public final class ServerLog {
    private final Path file;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private ServerLog(Path file) {
        this.file = file;
    }

    static ServerLog follow(InputStream output, Path file, String threadName) throws IOException {
        ServerLog log = new ServerLog(file);
        Zips.createParent(file);
        Writer copy = Files.newBufferedWriter(file);
        Thread reader = new Thread(() -> log.read(output, copy), threadName);
        reader.setDaemon(true);
        reader.start();
        return log;
    }

    private void read(InputStream output, Writer copy) {
        try (copy;
                BufferedReader in = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                copy.append(line).append('\n').flush();
                add(line);
            }
        } catch (IOException e) {
            add("(the log could not be read on: " + e + ")");
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** {@return the file that holds the same lines} */
    public Path file() {
        return file;
    }

    /** {@return how many lines there are so far: where to wait from} */
    public synchronized int position() {
        return lines.size();
    }

    /** {@return the lines so far, from a position on} */
    public synchronized List<String> from(int position) {
        return List.copyOf(lines.subList(Math.min(position, lines.size()), lines.size()));
    }

    /** {@return the last lines, at most this many, each ended by a newline} */
    public synchronized String tail(int count) {
        StringBuilder tail = new StringBuilder();
        for (String line : lines.subList(Math.max(0, lines.size() - count), lines.size())) {
            tail.append(line).append('\n');
        }
        return tail.toString();
    }

    /**
     * Waits for a line.
     *
     * @param from the position to look from
     * @param wanted what the line must be like
     * @param timeout how long to wait
     * @return the first such line
     * @throws JettyHomeException if none came in time, or none can come because the process has ended
     */
    public String await(int from, Predicate<String> wanted, Duration timeout) throws JettyHomeException {
        return await(from, wanted, timeout, "the line");
    }

    /** As the public one; {@code what} is for the message when no such line comes. */
    String await(int from, Predicate<String> wanted, Duration timeout, String what) throws JettyHomeException {
        Optional<String> line = poll(from, wanted, timeout);
        if (line.isPresent()) {
            return line.get();
        }
        String why = isEnded()
                ? "The process ended before " + what + " came"
                : "In " + timeout.toSeconds() + " s did not come " + what;
        throw new JettyHomeException(why + ". The end of " + file + ":\n" + tail(60));
    }

    /** Waits likewise; {@return the line, or empty if none came} */
    synchronized Optional<String> poll(int from, Predicate<String> wanted, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (int next = from; ; ) {
            for (; next < lines.size(); next++) {
                if (wanted.test(lines.get(next))) {
                    return Optional.of(lines.get(next));
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                return Optional.empty();
            }
            try {
                // One more than the milliseconds left, so that the last wait does not become a spin.
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    synchronized boolean isEnded() {
        return ended;
    }
}
