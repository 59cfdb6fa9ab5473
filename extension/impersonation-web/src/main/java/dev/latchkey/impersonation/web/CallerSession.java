package dev.latchkey.impersonation.web;

import jakarta.servlet.http.HttpSession;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A session that the container ends as itself: what it has stored is not the caller's to delete. Else the container's
 * own. A proxy, as the interface has other methods in each version of Servlet.
 *
 * <p>Threads as of the session it stands for.
 */
final class CallerSession implements InvocationHandler {
    private final HttpSession session;
    private final Decision decision;

    private CallerSession(HttpSession session, Decision decision) {
        this.session = session;
        this.decision = decision;
    }

    static HttpSession around(HttpSession session, Decision decision) {
        return of(session) != null
                ? session
                : (HttpSession) Proxy.newProxyInstance(
                        HttpSession.class.getClassLoader(),
                        new Class<?>[] {HttpSession.class},
                        new CallerSession(session, decision));
    }

    private static @Nullable CallerSession of(@Nullable Object session) {
        return session != null
                        && Proxy.isProxyClass(session.getClass())
                        && Proxy.getInvocationHandler(session) instanceof CallerSession ours
                ? ours
                : null;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "invalidate" -> {
                decision.asContainer(() -> {
                    session.invalidate();
                    return Boolean.TRUE;
                });
                return null;
            }
            case "equals" -> {
                CallerSession other = arguments == null ? null : of(arguments[0]);
                return other != null && other.session.equals(session);
            }
            default -> {
                try {
                    return method.invoke(session, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause() == null ? e : e.getCause();
                }
            }
        }
    }
}
