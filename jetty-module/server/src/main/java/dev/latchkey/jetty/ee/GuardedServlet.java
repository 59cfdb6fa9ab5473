package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.jetty.CertificateLogin;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before one servlet, whichever way a request comes to it, and lets requests pass or not. Behind the
 * application's filters. Any thread.
 *
 * <p>A proxy, because it must be what Jetty's holder knows as a wrapper, and each environment has a holder of its own.
 */
final class GuardedServlet implements InvocationHandler {
    private final Servlet servlet;
    private final ClientCertificateGuard guard;

    private GuardedServlet(Servlet servlet, ClientCertificateGuard guard) {
        this.servlet = servlet;
        this.guard = guard;
    }

    /** {@return a servlet that does what the given one does, for requests that the guard lets pass} */
    static Servlet before(Servlet servlet, ClientCertificateGuard guard, Class<?> wrapped) {
        return (Servlet) Proxy.newProxyInstance(
                wrapped.getClassLoader(), new Class<?>[] {Servlet.class, wrapped}, new GuardedServlet(servlet, guard));
    }

    /** {@return the same for a servlet that no holder of Jetty's has; it is still seen to be what it is} */
    static Servlet before(Servlet servlet, ClientCertificateGuard guard) {
        Set<Class<?>> interfaces = new LinkedHashSet<>(Set.of(Servlet.class));
        for (Class<?> c = servlet.getClass(); c != null; c = c.getSuperclass()) {
            for (Class<?> each : c.getInterfaces()) {
                if (Modifier.isPublic(each.getModifiers())) {
                    interfaces.add(each);
                }
            }
        }
        return (Servlet) Proxy.newProxyInstance(
                servlet.getClass().getClassLoader(),
                interfaces.toArray(Class<?>[]::new),
                new GuardedServlet(servlet, guard));
    }

    /** {@return what it stands before} */
    Servlet servlet() {
        return servlet;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        return switch (method.getName()) {
            case "getWrapped" -> servlet;
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "service" ->
                arguments != null && passes((ServletRequest) arguments[0], (HttpServletResponse) arguments[1])
                        ? pass(method, arguments)
                        : null;
            default -> pass(method, arguments);
        };
    }

    private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(servlet, arguments);
        } catch (InvocationTargetException x) {
            throw x.getTargetException();
        }
    }

    private boolean passes(ServletRequest request, HttpServletResponse response) throws IOException {
        try {
            ClientCertificate certificate = guard.check(request);
            if (request instanceof HttpServletRequest http) {
                SessionBinding.bind(http, CertificateLogin.fingerprint(certificate), !response.isCommitted());
            }
            return true;
        } catch (NegotiationException x) {
            refuse(x, request, response);
            return false;
        }
    }

    private static void refuse(NegotiationException why, ServletRequest request, HttpServletResponse response)
            throws IOException {
        if (why.reason() == Reason.HTTP_VERSION || response.isCommitted()) {
            throw why; // there is nothing to be written any more
        }
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            // The status is told already; an error of an error page would hide it.
            response.resetBuffer();
            response.setContentType("text/plain");
            response.getWriter().println(CertificateLogin.text(why));
            return;
        }
        CertificateLogin.forbidStoring(why, response::setHeader);
        response.sendError(why.status(), CertificateLogin.text(why));
    }
}
