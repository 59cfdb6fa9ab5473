package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * How much of the container's buffer a caller has filled: what still fits is only copied there, and done as the caller;
 * what may send is done as the container's own. One thread at a time.
 */
final class OwnBuffer {
    private final HttpServletResponse response;
    private final Identity identity;
    private long filled;

    OwnBuffer(HttpServletResponse response, Identity identity) {
        this.response = response;
        this.identity = identity;
    }

    /** @param most how many bytes it may come to */
    void write(long most, AsCaller.Callback write) throws IOException {
        if (filled + most < response.getBufferSize()) {
            filled += most;
            write.run();
        } else {
            // Some may stay there.
            filled = most;
            AsCaller.clean(identity, write);
        }
    }

    void flush(AsCaller.Callback flush) throws IOException {
        filled = 0;
        AsCaller.clean(identity, flush);
    }
}
