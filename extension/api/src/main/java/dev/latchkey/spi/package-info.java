/**
 * Between the API and the server that serves it. Nothing here is for applications.
 *
 * <ol>
 *   <li>{@link dev.latchkey.spi.Refusals}: how a failure that the API finds by itself becomes the server's, to be
 *       answered, logged and counted as any other;
 *   <li>{@link dev.latchkey.spi.LongestWait}: how long a request's asynchronous timeout has to be put off;
 *   <li>{@link dev.latchkey.spi.Stages}: how a future of one's own follows another one.
 * </ol>
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.spi;

import org.jspecify.annotations.NullMarked;
