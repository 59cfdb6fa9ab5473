package dev.latchkey.jetty;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.server.Request;

/**
 * Ends an HTTP/2 connection in order: it takes no new requests (GOAWAY, RFC 9113 section 6.8), and closes when those it
 * has are answered. Call it for requests that came by HTTP/2, whose jars a server need not have. Never blocks.
 */
final class Http2Farewell {
    private Http2Farewell() {}

    /** {@return whether the request came by HTTP/2, so that Jetty's HTTP/2 is there} */
    static boolean appliesTo(Request request) {
        return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
    }

    static void endConnection(Request request) {
        ((HTTP2Connection) request.getConnectionMetaData().getConnection())
                .getSession()
                .shutdown();
    }
}
