/**
 * Runs a request, and what it hands on, as its authenticated caller.
 *
 * <p>Put this jar into {@code WEB-INF/lib}, and say in {@code web.xml}, or for all applications by a system property of
 * the same name:
 *
 * <pre>{@code
 * <context-param>
 *   <param-name>dev.latchkey.impersonation.requests</param-name>
 *   <param-value>required</param-value>
 * </context-param>
 * }</pre>
 *
 * <p>Then a filter in front of all others runs each request as the identity that its principal carries: a WAFFLE
 * principal's access token, an account that the name is mapped to, the Subject of a Kerberos login that has what the caller
 * delegated, or what a {@link
 * dev.latchkey.impersonation.web.CallerIdentities} of your own finds. It follows asynchronous dispatches and {@code
 * AsyncContext.start}, and the listeners of an asynchronous request and of its streams.
 *
 * <p>The room's rules: Servlet 5 to 6.1, no container's own classes; the filter decides nothing but whose request it is.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.web;

import org.jspecify.annotations.NullMarked;
