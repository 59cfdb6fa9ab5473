/**
 * Access tokens of Windows as the identity of a thread.
 *
 * <p>Read in this order:
 *
 * <ol>
 *   <li>{@link dev.latchkey.impersonation.windows.WindowsIdentityProvider}: what a thread carries, put on, read back and
 *       taken off;
 *   <li>{@link dev.latchkey.impersonation.windows.WindowsIdentities}: identities that no thread carries yet, from a
 *       log-on or from WAFFLE;
 *   <li>{@link dev.latchkey.impersonation.windows.WindowsTokenException}: what Windows refused, as a typed error.
 * </ol>
 *
 * <p>The package's rules: {@code TokenCalls} is the only way to Windows, and only what is behind it knows JNA. Every handle
 * has one owner, which closes it on every path. No result of a call is left unread, and none is believed where the token
 * can be read back.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.windows;

import org.jspecify.annotations.NullMarked;
