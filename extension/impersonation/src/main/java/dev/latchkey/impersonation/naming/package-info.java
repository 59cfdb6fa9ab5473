/**
 * Names resolved on another thread as the identity that asks.
 *
 * <p>{@link dev.latchkey.impersonation.naming.IdentityNameResolver} is the plain way; {@link
 * dev.latchkey.impersonation.naming.IdentityAddressResolver} serves Jetty's client, and is the one class that needs it.
 *
 * <p>The room's rules: where a provider says that answers depend on who asks, the JVM's cache of names, which knows
 * nobody, is neither asked nor filled; no address is taken from one identity to another.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.naming;

import org.jspecify.annotations.NullMarked;
