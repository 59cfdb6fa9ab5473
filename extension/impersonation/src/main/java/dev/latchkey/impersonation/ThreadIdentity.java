package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * A provider whose identity is put on the calling thread and taken off again.
 *
 * <p>The life of a task calls, on its thread: {@link #capture()} (what does the thread carry?), {@link #apply apply} (the
 * task's part), {@link #verify verify}; then the task runs; then {@link #revert revert} (what was there before), {@link
 * #verify verify} once more. Where neither the thread nor the task has a part, only {@code capture} is called, before
 * and after.
 */
public non-sealed interface ThreadIdentity extends IdentityProvider {

    /**
     * Makes the calling thread carry this part instead of what it carries now.
     *
     * <p>After an exception the thread may be in any state: {@link #revert revert} follows.
     *
     * @param part what to carry; null: as the process
     * @throws RuntimeException if that failed, in whole or in part
     */
    void apply(@Nullable IdentityPart part);

    /**
     * Brings back what the thread carried before, from whatever state it is in now, also a half applied one.
     *
     * @param before what {@link #capture()} gave; null: as the process
     * @throws RuntimeException if that failed: the thread will not serve again
     */
    default void revert(@Nullable IdentityPart before) {
        apply(before);
    }
}
