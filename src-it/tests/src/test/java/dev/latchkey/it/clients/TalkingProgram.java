package dev.latchkey.it.clients;

import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TestPrograms;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program that sends what it reads and writes what it receives, with remarks of its own in between. Killed after a
 * minute at the latest. One thread.
 */
final class TalkingProgram implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final byte[] BEGIN = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);

    private final Process process;
    private final InputStream out;
    private final OutputStream in;
    private final Path remarks;

    TalkingProgram(List<String> command) throws IOException {
        remarks = Files.createTempFile("talking", ".err");
        process = new ProcessBuilder(command).redirectError(remarks.toFile()).start();
        out = process.getInputStream();
        in = process.getOutputStream();
        CompletableFuture.delayedExecutor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::kill);
    }

    /** Sends both requests of a client, the second after the first is answered. */
    static Answers run(Ask ask, List<String> command) throws IOException {
        try (TalkingProgram program = new TalkingProgram(command)) {
            program.send(ask.openRequest());
            Answer open;
            try {
                open = program.read();
            } catch (EOFException e) {
                throw new IOException("No answer to the first request: " + program.said(command), e);
            }
            Optional<Answer> secure;
            try {
                program.send(ask.secureRequest());
                secure = Optional.of(program.read());
            } catch (IOException e) {
                secure = Optional.empty();
            }
            return new Answers(open, secure, program.said(command));
        }
    }

    private void send(String request) throws IOException {
        in.write(request.getBytes(StandardCharsets.US_ASCII));
        in.flush();
    }

    /** Passes over remarks until an answer begins. */
    private Answer read() throws IOException {
        int matched = 0;
        while (matched < BEGIN.length) {
            int next = out.read();
            if (next < 0) {
                throw new EOFException("The program ended");
            }
            matched = next == BEGIN[matched] ? matched + 1 : next == BEGIN[0] ? 1 : 0;
        }
        return Answer.of(HttpAnswer.readFinal(new SequenceInputStream(new ByteArrayInputStream(BEGIN), out)));
    }

    private String said(List<String> command) throws IOException {
        return String.join(" ", command) + "\n" + Files.readString(remarks, StandardCharsets.ISO_8859_1);
    }

    private void kill() {
        TestPrograms.killTree(process);
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(remarks);
    }
}
