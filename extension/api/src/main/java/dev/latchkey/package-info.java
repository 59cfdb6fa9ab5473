/**
 * Asks a client for its TLS certificate in the middle of a request.
 *
 * <p>A <em>step-up</em> is a request that turns out to need the client's certificate: the server asks for it on the
 * connection that is already open, waits for the answer, and the request goes on. Read in this order:
 *
 * <ol>
 *   <li>{@link dev.latchkey.ClientCertificates}: the service of a request, and what a step-up costs;
 *   <li>{@link dev.latchkey.NegotiationOptions}: how long, how much body, need or want, whose certificates;
 *   <li>{@link dev.latchkey.ClientCertificate}: what came of it. No certificate is a result, not an error;
 *   <li>{@link dev.latchkey.RequireClientCertificate}: the same, declared on a servlet or a bean;
 *   <li>{@link dev.latchkey.NegotiationException} and {@link dev.latchkey.Reason}: what went wrong, by a stable code.
 * </ol>
 *
 * <p>The room's rules: it names no server and no TLS engine. The classes are loaded once, by the server, and shared
 * with every web application, so nothing here may link to a Servlet class: those belong to the application's own
 * loader and come in a {@code jakarta} and a {@code javax} kind.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey;

import org.jspecify.annotations.NullMarked;
