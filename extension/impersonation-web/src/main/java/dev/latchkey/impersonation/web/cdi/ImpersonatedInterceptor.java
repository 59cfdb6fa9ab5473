package dev.latchkey.impersonation.web.cdi;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.web.RequestIdentity;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.servlet.http.HttpServletRequest;

/** Does what {@link Impersonated} says. Any thread that is in a request. */
@Impersonated
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class ImpersonatedInterceptor {
    private final HttpServletRequest request;

    /** Made by CDI. */
    @Inject
    public ImpersonatedInterceptor(HttpServletRequest request) {
        this.request = request;
    }

    /**
     * {@return what the method returned}
     *
     * @throws Exception what the method threw
     */
    @AroundInvoke
    @SuppressWarnings("NullAway") // A method may return null, and its container takes it.
    public Object asCaller(InvocationContext invocation) throws Exception {
        try (Identity caller = RequestIdentity.of(request)) {
            return caller.call(invocation::proceed);
        }
    }
}
