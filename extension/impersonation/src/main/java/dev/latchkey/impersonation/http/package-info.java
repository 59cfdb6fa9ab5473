/**
 * HTTP clients whose connections, cookies and Negotiate tokens belong to one identity each.
 *
 * <p>A client that pools connections mixes users: a connection, or a cookie, that a server has tied to one of them
 * serves the next. Read in this order:
 *
 * <ol>
 *   <li>{@link dev.latchkey.impersonation.http.Negotiation}: which origins are shown who asks, and how;
 *   <li>{@link dev.latchkey.impersonation.http.NegotiateToken}: the one place where such a proof is made and the
 *       server's is checked;
 *   <li>{@link dev.latchkey.impersonation.http.IdentityHttpClient}: Jetty's client;
 *   <li>{@link dev.latchkey.impersonation.http.IdentityJavaHttpClient}: {@code java.net.http};
 *   <li>{@link dev.latchkey.impersonation.http.IdentityUrlConnection}: {@code HttpURLConnection}.
 * </ol>
 *
 * <p>The room's rules: an identity that cannot prove itself is refused, never replaced by the process's; tokens go to
 * origins that are named, and to no other, redirects included; pools are bounded and forget who was not seen for a while;
 * what an application hands over to be called back runs as the identity that sent the request, and the clients' own
 * threads are clean. Jetty's client is optional: nothing but its own classes touches it.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.http;

import org.jspecify.annotations.NullMarked;
