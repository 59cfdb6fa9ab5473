/**
 * An executor to inject, and bean methods that run as the caller.
 *
 * <p>{@code @Inject ImpersonatingExecutorService} runs each task as whoever submits it; a bean method with {@link
 * dev.latchkey.impersonation.web.cdi.Impersonated} runs as the caller of the request that it is called in. CDI does not
 * intercept servlets, only beans.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.web.cdi;

import org.jspecify.annotations.NullMarked;
