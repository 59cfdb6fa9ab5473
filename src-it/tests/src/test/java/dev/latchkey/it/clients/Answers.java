package dev.latchkey.it.clients;

import dev.latchkey.testkit.HttpAnswer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a client got.
 *
 * @param open the answer to the first request
 * @param secure the answer to the second; empty when the connection ended instead
 * @param detail what the client said besides, for messages
 */
record Answers(Answer open, Optional<Answer> secure, String detail) {
    /** Reads them from what a client has printed, one after the other. */
    static Answers printed(String out, String detail) throws IOException {
        InputStream in = new ByteArrayInputStream(out.getBytes(StandardCharsets.UTF_8));
        Answer open;
        try {
            open = Answer.of(HttpAnswer.readFinal(in));
        } catch (IOException e) {
            throw new IOException("No answer to the first request: " + out + "\n" + detail, e);
        }
        return new Answers(
                open,
                in.available() == 0 ? Optional.empty() : Optional.of(Answer.of(HttpAnswer.readFinal(in))),
                detail);
    }
}
