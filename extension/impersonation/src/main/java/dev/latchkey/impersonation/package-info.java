/**
 * Lets the identity that a thread carries follow the work that it hands on.
 *
 * <p>A thread that serves a user can carry that user's identity: an access token on Windows, the ids of an account on
 * Linux, a JAAS Subject. Work that another thread does for it must run as that user too, and that other thread must be
 * clean afterwards. Read in this order:
 *
 * <ol>
 *   <li>{@link dev.latchkey.impersonation.Identities}: capture, wrap, and executors that carry an identity;
 *   <li>{@link dev.latchkey.impersonation.Identity}: what was captured, "none" included, to be run as and closed;
 *   <li>{@link dev.latchkey.impersonation.IdentityFlow}: the providers and policies behind it all;
 *   <li>{@link dev.latchkey.impersonation.IdentityException}: what went wrong, by a stable code;
 *   <li>{@link dev.latchkey.impersonation.IdentityProvider}: how to add a kind of identity.
 * </ol>
 *
 * <p>The room's rules: one class, {@code GuardedTask}, has the life of a task, and every wrapper goes through it. In
 * doubt a task does not run: never as the process by accident, never as somebody else. A thread that cannot be proven
 * clean never serves again. This package names no operating system, no container and no protocol: those are packages of
 * their own, which depend on this one.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation;

import org.jspecify.annotations.NullMarked;
