package dev.latchkey.jetty;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection.SslEndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of a request: method, path, versions of HTTP and TLS, and the client's address. Noted while the request
 * lives, because a connection that was lost does not tell any more whose it was. Immutable.
 *
 * <p>A client writes method and path, so that neither can be taken for another part of the line or another line, and
 * neither is longer than it is worth. Queries and path parameters hold secrets, and are left out.
 */
final class RequestLine {
    private static final int MOST_OF_METHOD = 20;
    private static final int MOST_OF_PATH = 200;

    private final String method;
    private final HttpURI uri;
    private final String http;
    private final String tls;
    private final @Nullable SocketAddress remote;

    private RequestLine(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        method = request.getMethod();
        uri = request.getHttpURI();
        http = connection.getHttpVersion().asString();
        tls = tls(connection);
        remote = connection.getRemoteSocketAddress();
    }

    static RequestLine of(Request request) {
        return new RequestLine(request);
    }

    private static String tls(ConnectionMetaData metaData) {
        if (metaData.getHttpVersion() == HttpVersion.HTTP_3) {
            return "TLSv1.3"; // RFC 9001 section 4.2
        }
        Connection connection = metaData.getConnection();
        EndPoint endPoint = connection == null ? null : connection.getEndPoint();
        while (endPoint != null) {
            if (endPoint instanceof SslEndPoint ssl) {
                SSLSession session = ssl.getSslConnection().getSSLEngine().getSession();
                return session.getProtocol();
            }
            endPoint = endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : null;
        }
        return "without TLS";
    }

    /** {@return the path as it was sent, without its parameters; the end of it is left out where it is long} */
    private static String path(HttpURI uri) {
        String path = uri.getPath();
        if (path == null) {
            return "-";
        }
        StringBuilder kept = new StringBuilder();
        boolean parameter = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            parameter = c == ';' || parameter && c != '/';
            if (!parameter) {
                kept.append(c);
            }
        }
        return escaped(kept, MOST_OF_PATH);
    }

    /** {@return text of a client's that is one word of the log: what is not printable ASCII is written as \\uXXXX} */
    private static String escaped(CharSequence text, int most) {
        return LogText.escaped(text, most, '!');
    }

    @Override
    public String toString() {
        return escaped(method, MOST_OF_METHOD) + " " + path(uri) + " " + http + ", " + tls + ", from "
                + address(remote);
    }

    static String address(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(remote);
    }
}
