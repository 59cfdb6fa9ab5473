/**
 * What guards the servlets of a web application, in any environment with {@code jakarta.servlet}.
 *
 * <p>Rules: the classes here are loaded once an environment, beside its Servlet classes, by a loader of the room; nothing
 * else names them. They use Servlet 5.0, and of Jetty only what is in no environment.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.jetty.ee;

import org.jspecify.annotations.NullMarked;
