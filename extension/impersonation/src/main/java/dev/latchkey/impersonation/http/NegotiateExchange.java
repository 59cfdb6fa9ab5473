package dev.latchkey.impersonation.http;

/**
 * One conversation with a server about who both are, in whatever way this system does it.
 *
 * <p>Made on a thread that carries the identity; used by one thread at a time, any.
 */
interface NegotiateExchange extends AutoCloseable {

    /** {@return what to say first; not empty} */
    byte[] first();

    /**
     * Takes the server's answer, which must end the exchange.
     *
     * @throws NegotiateException if it does not prove that the server is the one that was asked for
     */
    void finish(byte[] fromServer);

    /** Gives back what the exchange holds. */
    @Override
    void close();
}
