package dev.latchkey.openssl;

import static dev.latchkey.openssl.Native.INT;
import static dev.latchkey.openssl.Native.LONG;
import static dev.latchkey.openssl.Native.PTR;
import static dev.latchkey.openssl.Native.upcall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * Where C calls Java: each method finds the connection of the address, lets it answer, and answers failure when there
 * is none or when anything is thrown.
 *
 * <p>Nothing leaves an upcall but its result, for an exception there ends the JVM; what was thrown is kept by the
 * connection and becomes the cause of its failure. That there is room to come as far as the {@code try} is seen to
 * before the downcall: {@link StackRoom}. Upcalls run on the thread of the downcall, under the engine's lock.
 */
final class Upcalls {
    private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

    static final MemorySegment VERIFY = upcall(HERE, "verify", INT, PTR, PTR);
    static final MemorySegment CERTIFICATE = upcall(HERE, "certificate", INT, PTR, PTR);
    static final MemorySegment CLIENT_HELLO = upcall(HERE, "clientHello", INT, PTR, PTR, PTR);
    static final MemorySegment SERVER_NAME = upcall(HERE, "serverName", INT, PTR, PTR, PTR);
    static final MemorySegment ALPN = upcall(HERE, "alpn", INT, PTR, PTR, PTR, PTR, INT, PTR);
    static final MemorySegment TICKET_MADE = upcall(HERE, "ticketMade", INT, PTR, PTR);
    static final MemorySegment TICKET_READ = upcall(HERE, "ticketRead", INT, PTR, PTR, PTR, LONG, INT, PTR);
    static final MemorySegment SESSION_WANTED = upcall(HERE, "sessionWanted", PTR, PTR, PTR, INT, PTR);
    static final MemorySegment MESSAGE = upcall(HERE, "message", null, INT, INT, INT, PTR, LONG, PTR, PTR);
    static final MemorySegment BIO_READ = upcall(HERE, "bioRead", INT, PTR, PTR, INT);
    static final MemorySegment BIO_WRITE = upcall(HERE, "bioWrite", INT, PTR, PTR, INT);
    static final MemorySegment BIO_CONTROL = upcall(HERE, "bioControl", LONG, PTR, INT, LONG, PTR);
    static final MemorySegment BIO_DESTROY = upcall(HERE, "bioDestroy", INT, PTR);

    private static final int STORE_INDEX = LibSslContext.SSL_get_ex_data_X509_STORE_CTX_idx();
    private static final int FAILURE = 0;
    private static final int SUCCESS = 1;

    private Upcalls() {}

    /** What a connection answers. */
    @FunctionalInterface
    private interface Answer {
        int of(HandshakeUpcalls connection) throws Exception;
    }

    private static @Nullable HandshakeUpcalls connection(long ssl) {
        return Registry.find(ssl, HandshakeUpcalls.class);
    }

    private static int answer(long ssl, int failure, Answer answer) {
        HandshakeUpcalls connection = null;
        try {
            connection = connection(ssl);
            return connection == null ? failure : answer.of(connection);
        } catch (Throwable t) {
            if (connection != null) {
                connection.fail(t);
            }
            return failure;
        }
    }

    static int verify(long store, long ignored) {
        try {
            long ssl = LibCrypto.X509_STORE_CTX_get_ex_data(store, STORE_INDEX);
            return answer(ssl, FAILURE, c -> c.onVerify(ssl, store) ? SUCCESS : FAILURE);
        } catch (Throwable t) {
            return FAILURE;
        }
    }

    static int certificate(long ssl, long ignored) {
        return answer(ssl, FAILURE, c -> {
            c.onCertificateWanted(ssl);
            return SUCCESS;
        });
    }

    static int clientHello(long ssl, long alert, long ignored) {
        return answer(ssl, FAILURE, c -> {
            c.onClientHello(ssl);
            return SUCCESS;
        });
    }

    static int serverName(long ssl, long alert, long ignored) {
        return answer(ssl, ServerNames.FATAL, c -> c.onServerName(ssl, alert));
    }

    static int alpn(long ssl, long out, long outLength, long in, int inLength, long ignored) {
        return answer(ssl, AlpnSelection.FATAL, c -> c.onAlpn(out, outLength, in, inLength));
    }

    static int ticketMade(long ssl, long ignored) {
        return answer(ssl, SUCCESS, c -> {
            c.tickets().onMade(ssl);
            return SUCCESS;
        });
    }

    static int ticketRead(long ssl, long session, long keyName, long keyNameLength, int status, long ignored) {
        return answer(ssl, Tickets.IGNORE, c -> c.tickets().onRead(ssl, session, status));
    }

    static long sessionWanted(long ssl, long id, int length, long shared) {
        try {
            HandshakeUpcalls connection = connection(ssl);
            return connection == null ? 0 : connection.resumption().onWanted(id, length, shared);
        } catch (Throwable t) {
            return 0; // A full handshake, then.
        }
    }

    static void message(int written, int version, int contentType, long bytes, long length, long ssl, long ignored) {
        answer(ssl, FAILURE, c -> {
            c.onMessage(written != 0, contentType, bytes, length);
            return SUCCESS;
        });
    }

    /** What moves a record; how many bytes it moved. */
    @FunctionalInterface
    private interface Move {
        int by(RecordBio bio);
    }

    private static int move(long bio, Move move) {
        RecordBio found = null;
        try {
            found = Registry.find(bio, RecordBio.class);
            return found == null ? -1 : move.by(found);
        } catch (Throwable t) {
            if (found != null) {
                found.fail(t);
            }
            return -1;
        }
    }

    static int bioRead(long bio, long buffer, int length) {
        return move(bio, found -> found.read(buffer, length));
    }

    static int bioWrite(long bio, long buffer, int length) {
        return move(bio, found -> found.write(buffer, length));
    }

    static long bioControl(long bio, int command, long number, long pointer) {
        return RecordBio.control(command);
    }

    static int bioDestroy(long bio) {
        try {
            Registry.forget(bio);
            NativeHandle.Kind.BIO.countFreed();
            return SUCCESS;
        } catch (Throwable t) {
            return FAILURE;
        }
    }
}
