/**
 * What guards the servlets of a web application, in any environment with {@code jakarta.servlet}.
 *
 * <p>Rules: the classes here are loaded once an environment, beside its Servlet classes, by a loader of the room; nothing
 * else names them. They use Servlet 5.0 and nothing of Jetty.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.jetty.ee;

import org.jspecify.annotations.NullMarked;
