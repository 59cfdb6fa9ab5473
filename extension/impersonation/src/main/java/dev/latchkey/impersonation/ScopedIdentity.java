package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * A provider whose identity lasts exactly as long as a call, and so needs no revert.
 *
 * <p>{@link #verify verify} is called inside that call, before the task's first line. For a task that has no part of this
 * provider, {@link #capture()} is called first: where the thread carries nothing either, there is nothing to run.
 */
public non-sealed interface ScopedIdentity extends IdentityProvider {

    /**
     * Runs an action carrying this part instead of what the calling thread carries now.
     *
     * @param part what to carry; null: none, hiding what the caller has
     * @param action to be run once, on the calling thread; it throws nothing
     * @throws RuntimeException if the action was not run
     */
    void run(@Nullable IdentityPart part, Runnable action);
}
