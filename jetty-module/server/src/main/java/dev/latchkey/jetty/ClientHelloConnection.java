package dev.latchkey.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Reads a connection's ClientHello before TLS begins, and then makes way for TLS, which gets every byte of it.
 *
 * <p>What is read is bounded by what a TLS connection can take over; a hello that does not fit, or is none, is
 * {@link ClientHello#UNREADABLE}, and TLS goes on without. The connector's idle timeout bounds the time. The buffer goes
 * back to the pool when TLS takes over and when the connection closes, whichever comes first: the lock is for a server
 * that stops while bytes come in. No lock is held over a call to others, but for the fill, which does not block.
 */
final class ClientHelloConnection extends AbstractConnection implements Connection.UpgradeFrom, Connection.UpgradeTo {
    private static final int HANDSHAKE = 22;
    private static final int RECORD_HEADER = 5;

    private final Function<ClientHello, Connection> next;
    private final ClientHelloTap tap = new ClientHelloTap();
    private final ByteBufferPool pool;
    private final int most;
    private final Object lock = new Object();
    /** Taken when bytes have come: a client that connects and says nothing costs none. */
    private @Nullable RetainableByteBuffer buffer;

    private boolean closed;
    /** How much of the buffer the tap has seen: whole records. */
    private int seen;

    /**
     * @param most how many bytes TLS can take over
     * @param next makes the connection that goes on
     */
    ClientHelloConnection(Connector connector, EndPoint endPoint, int most, Function<ClientHello, Connection> next) {
        super(endPoint, connector.getExecutor());
        this.next = next;
        this.most = most;
        this.pool = connector.getByteBufferPool();
    }

    /** {@inheritDoc} What stood in front of TLS, a PROXY header for one, has read this already. */
    @Override
    public void onUpgradeTo(@Nullable ByteBuffer read) {
        synchronized (lock) {
            if (read != null && read.hasRemaining()) {
                RetainableByteBuffer into = lockedBuffer();
                if (into != null) {
                    BufferUtil.append(into.getByteBuffer(), read);
                }
            }
        }
    }

    @Override
    public void onOpen() {
        super.onOpen();
        if (hasRead()) {
            onFillable();
        } else {
            fillInterested();
        }
    }

    private boolean hasRead() {
        synchronized (lock) {
            return buffer != null && buffer.hasRemaining();
        }
    }

    @Override
    public void onFillable() {
        try {
            ClientHello hello = read();
            if (hello != null) {
                getEndPoint().upgrade(next.apply(hello));
            }
        } catch (Throwable x) {
            getEndPoint().close(x);
        }
    }

    /** {@return the hello, or null if there is nothing to go on with: more is to come, or the client has gone} */
    private @Nullable ClientHello read() throws IOException {
        while (true) {
            int filled;
            synchronized (lock) {
                RetainableByteBuffer into = lockedBuffer();
                if (into == null) {
                    return null;
                }
                ClientHello hello = look(into.getByteBuffer());
                if (hello != null) {
                    return hello;
                }
                filled = fill(into.getByteBuffer());
                if (filled == 0 && !into.hasRemaining()) {
                    lockedRelease();
                }
            }
            if (filled < 0) {
                getEndPoint().close();
                return null;
            }
            if (filled == 0) {
                fillInterested();
                return null;
            }
        }
    }

    /** {@return the buffer, or null when the connection has closed} */
    private @Nullable RetainableByteBuffer lockedBuffer() {
        if (buffer == null && !closed) {
            buffer = PooledBuffers.acquire(pool, most);
        }
        return buffer;
    }

    private void lockedRelease() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    /** The pool may give a larger buffer than was asked for; what TLS gets must fit into its own. */
    private int fill(ByteBuffer bytes) throws IOException {
        ByteBuffer room = bytes.duplicate();
        room.limit(Math.min(most, bytes.capacity()));
        room.position(bytes.limit());
        ByteBuffer slice = room.slice();
        slice.limit(0);
        int filled = getEndPoint().fill(slice);
        if (filled > 0) {
            bytes.limit(bytes.limit() + filled);
        }
        return filled;
    }

    private @Nullable ClientHello look(ByteBuffer bytes) {
        while (!tap.isDone()) {
            ByteBuffer rest = bytes.duplicate();
            rest.position(bytes.position() + seen);
            if (rest.hasRemaining() && rest.get(rest.position()) != HANDSHAKE) {
                return ClientHello.UNREADABLE;
            }
            int length = recordLength(rest);
            if (length == RECORD_HEADER || length > most) {
                return ClientHello.UNREADABLE; // an empty record is none (RFC 8446 section 5.1)
            }
            if (rest.remaining() < length) {
                return bytes.limit() >= most ? ClientHello.UNREADABLE : null;
            }
            rest.limit(rest.position() + length);
            tap.consumed(rest);
            seen += length;
        }
        return tap.hello();
    }

    /** {@return the length of a record with its header, or more than there is if the header is not whole} */
    private static int recordLength(ByteBuffer record) {
        return record.remaining() < RECORD_HEADER
                ? RECORD_HEADER + 1
                : RECORD_HEADER + (record.getShort(record.position() + RECORD_HEADER - 2) & 0xFFFF);
    }

    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        synchronized (lock) {
            if (buffer == null || !buffer.hasRemaining()) {
                return null;
            }
            ByteBuffer read = ByteBuffer.allocate(buffer.remaining());
            read.put(buffer.getByteBuffer().duplicate()).flip();
            return read;
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        try {
            super.onClose(cause);
        } finally {
            synchronized (lock) {
                closed = true;
                lockedRelease();
            }
        }
    }
}
