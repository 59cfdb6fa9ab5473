package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The container's, but that its listener is called as the caller, and it sends as itself. Threads as of the stream it wraps. */
final class CallerOutputStream extends ServletOutputStream {
    private final ServletOutputStream stream;
    private final Identity identity;
    private final OwnBuffer buffer;

    CallerOutputStream(ServletOutputStream stream, HttpServletResponse response, Identity identity) {
        this.stream = stream;
        this.identity = identity;
        buffer = new OwnBuffer(response, identity);
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        WriteListener asCaller = asCaller(listener);
        identity.flow().handOver(() -> stream.setWriteListener(asCaller));
    }

    private WriteListener asCaller(WriteListener listener) {
        return new WriteListener() {
            @Override
            public void onWritePossible() throws IOException {
                AsCaller.call(identity, listener::onWritePossible);
            }

            @Override
            public void onError(Throwable failure) {
                identity.run(() -> listener.onError(failure));
            }
        };
    }

    @Override
    public boolean isReady() {
        boolean[] ready = new boolean[1];
        identity.flow().handOver(() -> ready[0] = stream.isReady());
        return ready[0];
    }

    @Override
    public void write(int octet) throws IOException {
        buffer.write(1, () -> stream.write(octet));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        buffer.write(length, () -> stream.write(bytes, offset, length));
    }

    /** All forms of print come here; the one that is inherited would write one byte after the other. */
    @Override
    public void print(String text) throws IOException {
        buffer.write(4L * text.length(), () -> stream.print(text));
    }

    @Override
    public void println() throws IOException {
        buffer.write(2, stream::println);
    }

    @Override
    public void flush() throws IOException {
        buffer.flush(stream::flush);
    }

    @Override
    public void close() throws IOException {
        buffer.flush(stream::close);
    }
}
