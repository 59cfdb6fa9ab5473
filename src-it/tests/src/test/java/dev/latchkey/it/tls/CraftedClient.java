package dev.latchkey.it.tls;

import dev.latchkey.testkit.HttpAnswer;
import java.io.IOException;
import java.util.List;

/**
 * A client that does on purpose what a proper client does not: when it is asked for its certificate it can change,
 * split, add and leave out messages, under encryption. On the TLS version of the lane. For one thread.
 */
abstract class CraftedClient implements AutoCloseable {
    static final int CLIENT_HELLO = 1;
    static final int CERTIFICATE = 11;
    static final int CERTIFICATE_VERIFY = 15;
    static final int CLIENT_KEY_EXCHANGE = 16;
    static final int FINISHED = 20;

    static CraftedRecipe recipe() {
        return new CraftedRecipe();
    }

    HttpAnswer get(String path) throws IOException {
        return get(path, "localhost");
    }

    HttpAnswer get(String path, String host) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return read();
    }

    abstract void send(String text) throws IOException;

    abstract HttpAnswer read() throws IOException;

    /** Bounds each read, in milliseconds. */
    abstract void readTimeout(int millis) throws IOException;

    /** {@return the next byte, or -1 when the server has closed in order} */
    abstract int readByte() throws IOException;

    /** Sends a record as it is, encrypted. */
    abstract void record(int contentType, byte[] payload) throws IOException;

    /** Writes bytes that are not encrypted. */
    abstract void sendBare(byte[] bytes) throws IOException;

    /** {@return the last ClientHello, as a whole message} */
    abstract byte[] lastClientHello();

    /** Reads what comes as it comes, and answers nothing, until the server closes. */
    abstract void drain() throws IOException;

    /** Resets the connection (TCP RST). */
    abstract void reset() throws IOException;

    abstract String protocolVersion();

    abstract int handshakes();

    abstract int timesAsked();

    /** {@return the server's leaf in each handshake, encoded} */
    abstract List<byte[]> serverCertificates();

    @Override
    public abstract void close() throws IOException;
}
