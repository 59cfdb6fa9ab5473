package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;

/**
 * The container's, but that its listener is called as the caller; where it may wait, or have to hand on work, it is asked
 * by nobody. Threads as of the stream it wraps.
 */
final class CallerInputStream extends ServletInputStream {
    private final ServletInputStream stream;
    private final Identity identity;

    CallerInputStream(ServletInputStream stream, Identity identity) {
        this.stream = stream;
        this.identity = identity;
    }

    @Override
    public void setReadListener(ReadListener listener) {
        ReadListener asCaller = asCaller(listener);
        identity.flow().handOver(() -> stream.setReadListener(asCaller));
    }

    private ReadListener asCaller(ReadListener listener) {
        return new ReadListener() {
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
        };
    }

    @Override
    public boolean isFinished() {
        return stream.isFinished();
    }

    @Override
    public boolean isReady() {
        boolean[] ready = new boolean[1];
        identity.flow().handOver(() -> ready[0] = stream.isReady());
        return ready[0];
    }

    @Override
    public int read() throws IOException {
        return read(stream::read);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return read(() -> stream.read(bytes, offset, length));
    }

    /** What is there already is taken as the caller: not worth a change of ids. */
    private int read(Reading reading) throws IOException {
        if (stream.available() > 0) {
            return reading.read();
        }
        int[] read = new int[1];
        AsCaller.clean(identity, () -> read[0] = reading.read());
        return read[0];
    }

    @FunctionalInterface
    private interface Reading {
        int read() throws IOException;
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
        AsCaller.clean(identity, stream::close);
    }
}
