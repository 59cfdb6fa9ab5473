/**
 * {@code CLIENT-CERT} of a web.xml on ee9, whose security is its own.
 *
 * <p>Rules: the classes here are loaded beside ee9's, by a loader of the room; nothing else names them.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.jetty.ee9;

import org.jspecify.annotations.NullMarked;
