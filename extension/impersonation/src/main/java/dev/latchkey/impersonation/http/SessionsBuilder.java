package dev.latchkey.impersonation.http;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Lets an application set up a client's builder, and sees which TLS context it sets, which the builder would not tell.
 *
 * <p>One thread.
 */
final class SessionsBuilder {
    private final HttpClient.Builder real;
    private final HttpClient.Builder seen;
    private @Nullable SSLContext context;

    SessionsBuilder(HttpClient.Builder real) {
        this.real = real;
        InvocationHandler handler = (self, method, arguments) -> {
            if (method.getName().equals("sslContext")) {
                context = (SSLContext) arguments[0];
            }
            try {
                Object result = method.invoke(real, arguments);
                return result instanceof HttpClient.Builder ? self : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        seen = (HttpClient.Builder) Proxy.newProxyInstance(
                SessionsBuilder.class.getClassLoader(), new Class<?>[] {HttpClient.Builder.class}, handler);
    }

    /** {@return what the application is given} */
    HttpClient.Builder builder() {
        return seen;
    }

    /** {@return the builder, with that context or Java's own, and TLS sessions for the one client that is built} */
    HttpClient.Builder apart() {
        try {
            SSLContext chosen = context == null ? SSLContext.getDefault() : context;
            return real.sslContext(SessionsApart.in(chosen, new SessionPorts()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java has no TLS context of its own", e);
        }
    }
}
