package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves one connection's bytes in one direction, record by record.
 *
 * <p>A thread of its own reads; whoever writes (that thread, or a test that injects or releases) holds this object's
 * lock, so that nothing lands inside a record.
 */
final class RecordPump {
    private static final int HEADER = 5;

    private final PipedConnection connection;
    private final Socket source;
    private final Socket target;
    private final PipeDirection direction;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final List<Integer> keptTypes = new ArrayList<>();
    private int read;
    private final AtomicLong passedBytes = new AtomicLong();
    private final AtomicLong passedRecords = new AtomicLong();
    private volatile boolean closed;

    RecordPump(PipedConnection connection, Socket source, Socket target, PipeDirection direction) {
        this.connection = connection;
        this.source = source;
        this.target = target;
        this.direction = direction;
    }

    void start(String threadName) {
        direction.opened(this);
        Thread thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
        thread.start();
    }

    long passedBytes() {
        return passedBytes.get();
    }

    long passedRecords() {
        return passedRecords.get();
    }

    boolean isClosed() {
        return closed;
    }

    /** Called when the connection is cut: ends a wait. */
    void closed() {
        closed = true;
        direction.wakeUp();
    }

    private void run() {
        try {
            DataInputStream in = new DataInputStream(source.getInputStream());
            byte[] record = next(in);
            while (record.length > 0) {
                int type = isHeader(record) ? record[0] : TlsRecord.NONE;
                direction.call(new TlsRecord(direction, read++, type, record.length));
                if (!direction.awaitTurn(this)) {
                    return;
                }
                accept(record, type);
                record = next(in);
            }
            flush();
            target.shutdownOutput();
            connection.ended();
        } catch (IOException e) {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.close();
        }
    }

    /** {@return the next record, or bytes that are none as far as they are here; empty at the end} */
    private static byte[] next(DataInputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER);
        if (header.length < HEADER || !isHeader(header)) {
            if (header.length == 0) {
                return header;
            }
            byte[] rest = in.readNBytes(in.available());
            return join(header, rest);
        }
        int length = (header[3] & 0xff) << 8 | header[4] & 0xff;
        // A record that ends in the middle is passed on as far as it came.
        return join(header, in.readNBytes(length));
    }

    private static boolean isHeader(byte[] bytes) {
        return bytes.length >= HEADER && bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3 && bytes[2] <= 4;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }

    private synchronized void accept(byte[] record, int type) throws IOException {
        kept.writeBytes(record);
        keptTypes.add(type);
        if (!direction.keepsBack(keptTypes.size())) {
            flush();
        }
        if (direction.cutsAfter(passedRecords.get())) {
            throw new EOFException("Cut after " + passedRecords + " records");
        }
    }

    /** Passes on what is kept. */
    synchronized void flush() throws IOException {
        byte[] all = kept.toByteArray();
        List<Integer> types = List.copyOf(keptTypes);
        kept.reset();
        keptTypes.clear();
        long left = direction.bytesUntilCut(passedBytes.get());
        int passing = (int) Math.min(all.length, Math.max(0, left));
        write(all, passing);
        if (left <= all.length && direction.bytesUntilCut(passedBytes.get()) <= 0) {
            connection.close();
            throw new EOFException("Cut after " + passedBytes + " bytes");
        }
        for (int type : types) {
            passedRecords.incrementAndGet();
            direction.passedRecord(type);
        }
    }

    synchronized void inject(byte[] raw) throws IOException {
        OutputStream out = target.getOutputStream();
        out.write(raw);
        out.flush();
    }

    private void write(byte[] bytes, int count) throws IOException {
        OutputStream out = target.getOutputStream();
        for (int from = 0; from < count; ) {
            int length = Math.min(direction.segment(), count - from);
            out.write(bytes, from, length);
            out.flush();
            from += length;
            passedBytes.addAndGet(length);
            direction.passedBytes(length);
            pause();
        }
    }

    private void pause() throws EOFException {
        long nanos = direction.pause().toNanos();
        if (nanos > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EOFException("Interrupted");
            }
        }
    }
}
