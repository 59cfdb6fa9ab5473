/**
 * Serves each user's own files: who may read what is decided by the operating system, not by this application.
 * What lies on a second server is asked for in the caller's name, by what the caller delegated.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.example.impersonation;

import org.jspecify.annotations.NullMarked;
