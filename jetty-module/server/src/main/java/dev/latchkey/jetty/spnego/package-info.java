/**
 * A Kerberos login for Jetty that keeps what the caller delegated, so that the server can act as the caller further on.
 *
 * <ol>
 *   <li>{@link dev.latchkey.jetty.spnego.DelegatedCredentialLoginService}: the login service, in the place of Jetty's;
 *   <li>{@code Acceptor}: what the service accepts callers with, and nothing it could act with;
 *   <li>{@code ConstrainedDelegation}: a credential for a caller who delegated none (S4U2self), where the realm allows.
 * </ol>
 *
 * <p>The room's rules: a caller's Subject never holds anything of the service's; a caller without a credential of its
 * own gets none, so that the next hop fails closed; tokens and tickets are never logged. Needs Jetty's security jar,
 * which the rest of the server's part does not.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.jetty.spnego;

import org.jspecify.annotations.NullMarked;
