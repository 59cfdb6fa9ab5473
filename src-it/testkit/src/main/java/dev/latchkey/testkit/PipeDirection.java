package dev.latchkey.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link RecordPipe}: what is done to its records, and what has been seen of them.
 *
 * <p>Any thread may call at any time. A callback of {@link #onRecord} runs on the pipe's thread before its record is
 * passed on, under no lock; what it sets here holds for that record already.
 */
public final class PipeDirection {
    private static final long NEVER = Long.MAX_VALUE;

    private final String name;
    private final List<Integer> contentTypes = new ArrayList<>();
    private long bytes;
    private long cutAfterBytes = NEVER;
    private long cutAfterRecords = NEVER;
    private long stallAfterRecords = NEVER;
    private boolean stalled;
    private boolean holding;
    private int coalesce = 1;
    private int segmentSize = Integer.MAX_VALUE;
    private Duration pause = Duration.ZERO;
    private @Nullable Consumer<TlsRecord> callback;
    private @Nullable RecordPump latest;

    PipeDirection(String name) {
        this.name = name;
    }

    /**
     * Cuts each connection, both ways, when exactly this many of its bytes have been passed on.
     *
     * @return this
     */
    public synchronized PipeDirection cutAfterBytes(long count) {
        cutAfterBytes = count;
        return this;
    }

    /**
     * Cuts the latest connection when this many bytes more have been passed on.
     *
     * @return this
     */
    public synchronized PipeDirection cutAfterMoreBytes(long count) {
        return cutAfterBytes((latest == null ? 0 : latest.passedBytes()) + count);
    }

    /**
     * Cuts each connection, both ways, when this many of its records have been passed on.
     *
     * @return this
     */
    public synchronized PipeDirection cutAfterRecords(long count) {
        cutAfterRecords = count;
        return this;
    }

    /**
     * Passes nothing on, and reads nothing on, until {@link #resume()}.
     *
     * @return this
     */
    public synchronized PipeDirection stall() {
        stalled = true;
        return this;
    }

    /**
     * Stalls each connection when this many of its records have been passed on.
     *
     * @return this
     */
    public synchronized PipeDirection stallAfterRecords(long count) {
        stallAfterRecords = count;
        return this;
    }

    /**
     * Ends a stall, also one that was to come.
     *
     * @return this
     */
    public synchronized PipeDirection resume() {
        stalled = false;
        stallAfterRecords = NEVER;
        notifyAll();
        return this;
    }

    /**
     * Reads on but keeps what comes, until {@link #release()}, which passes it on in one write.
     *
     * @return this
     */
    public synchronized PipeDirection hold() {
        holding = true;
        return this;
    }

    /**
     * Passes on what was held.
     *
     * @throws IOException if the latest connection's receiver is gone
     */
    public void release() throws IOException {
        RecordPump pump;
        synchronized (this) {
            holding = false;
            pump = latest;
        }
        if (pump != null) {
            pump.flush();
        }
    }

    /**
     * Collects this many records before it passes them on in one write; 1 is as they come.
     *
     * @return this
     */
    public synchronized PipeDirection coalesceRecords(int count) {
        coalesce = Math.max(1, count);
        return this;
    }

    /**
     * Writes in pieces of at most this many bytes, each by itself to the network.
     *
     * @return this
     */
    public synchronized PipeDirection segmentSize(int size) {
        return dribble(size, Duration.ZERO);
    }

    /**
     * Writes in pieces of at most this many bytes, with a pause after each.
     *
     * @return this
     */
    public synchronized PipeDirection dribble(int size, Duration between) {
        if (size < 1) {
            throw new IllegalArgumentException("A segment has at least one byte: " + size);
        }
        segmentSize = size;
        pause = between;
        return this;
    }

    /**
     * Calls back for each record, before it is passed on; replaces an earlier callback.
     *
     * @return this
     */
    public synchronized PipeDirection onRecord(Consumer<TlsRecord> each) {
        callback = each;
        return this;
    }

    /**
     * Writes bytes into the latest connection, between two records; they count in no figure and to no cut.
     *
     * @param raw what to write
     * @throws IllegalStateException if there has been no connection
     * @throws IOException if the receiver is gone
     */
    public void inject(byte[] raw) throws IOException {
        RecordPump pump;
        synchronized (this) {
            pump = latest;
        }
        if (pump == null) {
            throw new IllegalStateException("Nobody has connected yet");
        }
        pump.inject(raw);
    }

    /** {@return how many records have been passed on} */
    public synchronized int records() {
        return contentTypes.size();
    }

    /** {@return how many records of a content type have been passed on} */
    public synchronized int records(int contentType) {
        return (int) contentTypes.stream().filter(type -> type == contentType).count();
    }

    /** {@return the content types of all records passed on, in order} */
    public synchronized List<Integer> contentTypes() {
        return List.copyOf(contentTypes);
    }

    /** {@return how many bytes have been passed on} */
    public synchronized long bytes() {
        return bytes;
    }

    /** {@return the name, for messages} */
    @Override
    public String toString() {
        return name;
    }

    synchronized void opened(RecordPump pump) {
        latest = pump;
    }

    void call(TlsRecord record) {
        Consumer<TlsRecord> current;
        synchronized (this) {
            current = callback;
        }
        if (current != null) {
            current.accept(record);
        }
    }

    /** Waits while stalled; {@return whether the connection is still open} */
    synchronized boolean awaitTurn(RecordPump pump) throws InterruptedException {
        while (!pump.isClosed() && (stalled || pump.passedRecords() >= stallAfterRecords)) {
            wait();
        }
        return !pump.isClosed();
    }

    synchronized void wakeUp() {
        notifyAll();
    }

    synchronized boolean keepsBack(int keptRecords) {
        return holding || keptRecords < coalesce;
    }

    synchronized long bytesUntilCut(long passed) {
        return cutAfterBytes - passed;
    }

    synchronized boolean cutsAfter(long passedRecords) {
        return passedRecords >= cutAfterRecords;
    }

    synchronized int segment() {
        return segmentSize;
    }

    synchronized Duration pause() {
        return pause;
    }

    synchronized void passedRecord(int contentType) {
        contentTypes.add(contentType);
    }

    synchronized void passedBytes(int count) {
        bytes += count;
    }
}
