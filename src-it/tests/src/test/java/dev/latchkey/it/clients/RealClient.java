package dev.latchkey.it.clients;

/** A client that users have, driven as they drive it. Implementations have no state that one run leaves to the next. */
interface RealClient {
    /** {@return its name in the table} */
    String name();

    /**
     * Sends two requests on one connection: GET of {@link Ask#OPEN}, then what is asked.
     *
     * @return the answers
     * @throws Exception if it could not be run, or got no answer to the first request
     */
    Answers run(Ask ask) throws Exception;
}
