package dev.latchkey.jetty;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EventListener;
import org.jspecify.annotations.Nullable;

/**
 * Binds HTTP sessions of an ee8 application to the certificate that a path of the configuration has let pass, as
 * {@code ee.SessionBinding} does elsewhere; by reflection, because {@code javax.servlet} is in such an environment only.
 * Any thread.
 */
final class OldSessionBinding {
    private final Method getServletRequest;
    private final Method getAttribute;
    private final Method getSession;
    private final Method changeSessionId;
    private final Method getSessionAttribute;
    private final Method setSessionAttribute;
    private final Method invalidate;
    private final Method isNew;

    private OldSessionBinding(ClassLoader environment) throws ReflectiveOperationException {
        Class<?> request = Class.forName("javax.servlet.http.HttpServletRequest", false, environment);
        Class<?> session = Class.forName("javax.servlet.http.HttpSession", false, environment);
        getServletRequest = Class.forName("javax.servlet.ServletRequestEvent", false, environment)
                .getMethod("getServletRequest");
        getAttribute = request.getMethod("getAttribute", String.class);
        getSession = request.getMethod("getSession", boolean.class);
        changeSessionId = request.getMethod("changeSessionId");
        getSessionAttribute = session.getMethod("getAttribute", String.class);
        setSessionAttribute = session.getMethod("setAttribute", String.class, Object.class);
        invalidate = session.getMethod("invalidate");
        isNew = session.getMethod("isNew");
    }

    /**
     * Adds the binding to an application.
     *
     * @param context ee8's ServletContextHandler, stopped
     * @param environment the loader of its Servlet classes
     * @throws ReflectiveOperationException if this is not the ee8 that we know
     */
    static void install(Object context, ClassLoader environment) throws ReflectiveOperationException {
        OldSessionBinding binding = new OldSessionBinding(environment);
        Class<?> listener = Class.forName("javax.servlet.ServletRequestListener", false, environment);
        Object proxy = Proxy.newProxyInstance(
                environment, new Class<?>[] {listener}, (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> "Latchkey's binding of sessions";
                    case "requestInitialized" -> binding.bind(arguments[0]);
                    default -> null;
                });
        context.getClass().getMethod("addEventListener", EventListener.class).invoke(context, proxy);
    }

    private @Nullable Object bind(Object event) throws Throwable {
        try {
            Object request = getServletRequest.invoke(event);
            if (getSession.getDeclaringClass().isInstance(request)
                    && getAttribute.invoke(request, CertificateLogin.GUARD_ATTRIBUTE) instanceof String fingerprint) {
                bind(request, fingerprint);
            }
            return null;
        } catch (InvocationTargetException x) {
            throw x.getTargetException();
        }
    }

    /** What is made behind the guard belongs to who has passed it, before anybody can come with its id. */
    private void bindNew(Object request, String fingerprint) {
        try {
            Object session = getSession.invoke(request, false);
            if (session != null
                    && (boolean) isNew.invoke(session)
                    && getSessionAttribute.invoke(session, CertificateLogin.SESSION_ATTRIBUTE) == null) {
                setSessionAttribute.invoke(session, CertificateLogin.SESSION_ATTRIBUTE, fingerprint);
            }
        } catch (InvocationTargetException ended) {
            // And so it is nobody's.
        } catch (IllegalAccessException x) {
            throw new IllegalStateException("not the ee8 that we know", x);
        }
    }

    private void bind(Object request, String passed) throws ReflectiveOperationException {
        if (CertificateLogin.isFingerprint(passed)) {
            CertificateLogin.beforeResponse(
                    getAttribute.invoke(request, ClientCertificates.ATTRIBUTE), () -> bindNew(request, passed));
        }
        Object session = getSession.invoke(request, false);
        if (session == null) {
            return;
        }
        String fingerprint = passed;
        if (getSessionAttribute.invoke(session, CertificateLogin.SESSION_ATTRIBUTE) != null) {
            try {
                fingerprint = CertificateLogin.requireAnswer(passed, request);
            } catch (NegotiationException x) {
                throw new UncheckedIOException(x); // in which the container finds the status
            }
        }
        synchronized (session) {
            Object bound = getSessionAttribute.invoke(session, CertificateLogin.SESSION_ATTRIBUTE);
            if (bound == null && CertificateLogin.isFingerprint(fingerprint)) {
                setSessionAttribute.invoke(session, CertificateLogin.SESSION_ATTRIBUTE, fingerprint);
                changeSessionId.invoke(request);
            } else if (bound != null && !bound.equals(fingerprint)) {
                invalidate.invoke(session);
            }
        }
    }
}
