package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** The container's, but that its listener is called as the caller. Threads as of the stream it wraps. */
final class CallerOutputStream extends ServletOutputStream {
    private final ServletOutputStream stream;
    private final Identity identity;

    CallerOutputStream(ServletOutputStream stream, Identity identity) {
        this.stream = stream;
        this.identity = identity;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        stream.setWriteListener(new WriteListener() {
            @Override
            public void onWritePossible() throws IOException {
                AsCaller.call(identity, listener::onWritePossible);
            }

            @Override
            public void onError(Throwable failure) {
                identity.run(() -> listener.onError(failure));
            }
        });
    }

    @Override
    public boolean isReady() {
        return stream.isReady();
    }

    @Override
    public void write(int octet) throws IOException {
        stream.write(octet);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
    }

    /** All forms of print come here; the one that is inherited would write one byte after the other. */
    @Override
    public void print(String text) throws IOException {
        stream.print(text);
    }

    @Override
    public void println() throws IOException {
        stream.println();
    }

    @Override
    public void flush() throws IOException {
        stream.flush();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
