package dev.latchkey.testkit;

import java.io.IOException;

/** Sends a client's handshake message in its own way: changed, split, with others around it, or not at all. */
@FunctionalInterface
public interface Tamper {
    /**
     * Sends, or does not.
     *
     * @param type the message's type (RFC 8446 section 4), such as 20 for Finished
     * @param message the whole message, to be changed at will
     * @param wire where it goes
     * @throws IOException if the server is gone
     */
    void send(int type, byte[] message, Wire wire) throws IOException;

    /** The client's side of a connection, below the handshake. */
    interface Wire {
        /** Sends a record under the keys of now. */
        void record(int contentType, byte[] payload) throws IOException;

        /** Sends bytes that are not encrypted. */
        void bare(byte[] bytes) throws IOException;

        /** Closes the socket, without a word of TLS. */
        void closeBare() throws IOException;
    }
}
