package dev.latchkey.cdi;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.RequireClientCertificate;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the certificate before a guarded method of a bean runs. Outside a request it lets nothing run. Any thread that
 * is in a request.
 */
@Interceptor
@Guarded
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
class GuardInterceptor implements Serializable {
    private static final long serialVersionUID = 1L;

    // A proxy, which a container writes as a reference to its bean.
    @SuppressWarnings("serial")
    @Inject
    HttpServletRequest request;

    @AroundInvoke
    @Nullable
    Object guard(InvocationContext call) throws Exception {
        RequireClientCertificate annotation = call.getMethod().getAnnotation(RequireClientCertificate.class);
        if (annotation == null) {
            annotation = call.getTarget().getClass().getAnnotation(RequireClientCertificate.class);
        }
        // Bound in another way, as by a stereotype: then all there is to know is that there is a guard.
        ClientCertificateGuard guard =
                annotation == null ? ClientCertificateGuard.of(Presence.NEED) : ClientCertificateGuard.of(annotation);
        guard.check(request);
        return call.proceed();
    }
}
