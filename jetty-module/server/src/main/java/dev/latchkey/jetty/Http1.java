package dev.latchkey.jetty;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * What a step-up must know and do at Jetty's HTTP/1.1 connection, which is internal to Jetty; nothing else of the room
 * names it. For the thread that runs the step-up.
 */
final class Http1 {
    private final HttpConnection connection;

    private Http1(HttpConnection connection) {
        this.connection = connection;
    }

    /** {@return the HTTP/1.1 connection of a request, or null if the request came by another version} */
    static @Nullable Http1 of(Request request) {
        Connection connection = request.getConnectionMetaData().getConnection();
        return connection instanceof HttpConnection http ? new Http1(http) : null;
    }

    /** {@return whether the end point still speaks HTTP/1.1: it does not after an upgrade to WebSocket} */
    boolean isStillHttp() {
        return connection.getEndPoint().getConnection() == connection;
    }

    /** {@return whether bytes behind this request's body were read already: the next request is there} */
    boolean hasNextRequest() {
        return !connection.isRequestBufferEmpty();
    }

    /** Ends the connection after this response, whatever headers the application sets; nothing more is parsed. */
    void closeAfterResponse() {
        connection.getGenerator().setPersistent(false);
    }
}
