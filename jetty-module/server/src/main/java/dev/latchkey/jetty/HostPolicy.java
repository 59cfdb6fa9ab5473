package dev.latchkey.jetty;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the hosts that ask in the first handshake apart from all others: browsers use one HTTP/2 connection for several
 * hosts when a server's certificate names them all (RFC 9113 section 9.1.1), but was the client asked on it, and whom
 * did it mean to show its certificate to? Stateless.
 *
 * <p>Where neither the request's host nor the connection's is one of them, nothing is looked at, and nothing refused.
 */
final class HostPolicy {
    private HostPolicy() {}

    /**
     * Lets a request pass, or sends it to a connection of its own.
     *
     * @param connectedTo the host that the connection was made for, as the client said in its ClientHello; null if it
     *     did not
     * @throws HttpException.RuntimeException with status 421 (RFC 9110 section 15.5.20)
     */
    static void check(Request request, @Nullable String connectedTo, HostPatterns hosts) {
        if (hosts.isEmpty()) {
            return;
        }
        String host = HostPatterns.canonical(String.valueOf(Request.getServerName(request)));
        if (host.equals(connectedTo)) {
            return;
        }
        if (hosts.match(host) || connectedTo != null && hosts.match(connectedTo)) {
            throw new HttpException.RuntimeException(
                    HttpStatus.MISDIRECTED_REQUEST_421, "this connection was made for another host");
        }
    }
}
