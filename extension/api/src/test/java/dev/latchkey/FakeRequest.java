package dev.latchkey;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** The part of a servlet request that the API looks at; a real one is looked at by the tests on real servers. */
final class FakeRequest {
    final Map<String, Object> attributes = new HashMap<>();
    DispatcherType dispatcherType = DispatcherType.REQUEST;
    String method = "GET";
    final Map<String, String> headers = new HashMap<>();
    boolean secure = true;
    boolean asyncStarted;
    boolean ended;
    long asyncTimeout = 30_000;

    HttpServletRequest asServletRequest() {
        AsyncContext async = (AsyncContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AsyncContext.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getTimeout":
                            return asyncTimeout;
                        case "setTimeout":
                            asyncTimeout = (Long) arguments[0];
                            return null;
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
        return (HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, method, arguments) -> {
                    if (ended) {
                        throw new NullPointerException("as a server's request fails that was taken to pieces");
                    }
                    switch (method.getName()) {
                        case "getAttribute":
                            return attributes.get((String) arguments[0]);
                        case "setAttribute":
                            return attributes.put((String) arguments[0], arguments[1]);
                        case "getMethod":
                            return this.method;
                        case "getHeader":
                            return headers.get((String) arguments[0]);
                        case "getDispatcherType":
                            return dispatcherType;
                        case "isSecure":
                            return secure;
                        case "isAsyncStarted":
                            return asyncStarted;
                        case "getAsyncContext":
                            return async;
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }
}
