/**
 * Serves each user's own files: who may read what is decided by the operating system, not by this application.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.example.impersonation;

import org.jspecify.annotations.NullMarked;
