package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;

/** The container's, but that its listener is called as the caller. Threads as of the stream it wraps. */
final class CallerInputStream extends ServletInputStream {
    private final ServletInputStream stream;
    private final Identity identity;

    CallerInputStream(ServletInputStream stream, Identity identity) {
        this.stream = stream;
        this.identity = identity;
    }

    @Override
    public void setReadListener(ReadListener listener) {
        stream.setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                AsCaller.call(identity, listener::onDataAvailable);
            }

            @Override
            public void onAllDataRead() throws IOException {
                AsCaller.call(identity, listener::onAllDataRead);
            }

            @Override
            public void onError(Throwable failure) {
                identity.run(() -> listener.onError(failure));
            }
        });
    }

    @Override
    public boolean isFinished() {
        return stream.isFinished();
    }

    @Override
    public boolean isReady() {
        return stream.isReady();
    }

    @Override
    public int read() throws IOException {
        return stream.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return stream.read(bytes, offset, length);
    }

    @Override
    public long skip(long count) throws IOException {
        return stream.skip(count);
    }

    @Override
    public int available() throws IOException {
        return stream.available();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
