package dev.latchkey.impersonation.http;

import java.util.List;
import org.eclipse.jetty.client.ProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.SetCookieParser;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to one server: what it was given, and what its answer must hold before anybody sees it.
 *
 * <p>A redirect is another hop. Kept as an attribute of the request, which redirects do not copy. Jetty calls it on one
 * thread at a time.
 */
final class Hop {
    private static final String ATTRIBUTE = Hop.class.getName();
    private static final SetCookieParser COOKIES = SetCookieParser.newInstance();

    private final @Nullable NegotiateToken token;
    private final HttpCookieStore cookies;
    private boolean seen;

    Hop(@Nullable NegotiateToken token, HttpCookieStore cookies) {
        this.token = token;
        this.cookies = cookies;
    }

    static @Nullable Hop of(Request request) {
        return (Hop) request.getAttributes().get(ATTRIBUTE);
    }

    void attach(Request request) {
        request.attribute(ATTRIBUTE, this);
        request.onResponseHeaders(this::inspect);
    }

    /**
     * Looks at a response, once: a protocol handler's listener may be called beside the request's.
     *
     * @return whether it may be seen by others; if not, it is aborted
     */
    private boolean inspect(Response response) {
        if (seen || response.getStatus() < 200) {
            return true;
        }
        seen = true;
        try {
            verifyAndKeep(response);
            return true;
        } catch (RuntimeException e) {
            response.abort(e);
            return false;
        }
    }

    private void verifyAndKeep(Response response) {
        if (token != null) {
            List<String> challenges = response.getHeaders().getValuesList(HttpHeader.WWW_AUTHENTICATE);
            token.verify(response.getStatus(), challenges);
        }
        response.getHeaders().getFields(HttpHeader.SET_COOKIE).forEach(field -> {
            HttpCookie cookie = COOKIES.parse(field.getValue());
            if (cookie != null) {
                cookies.add(response.getRequest().getURI(), cookie);
            }
        });
    }

    /** {@return a handler that does the same, and lets this hop see the response first} */
    ProtocolHandler before(ProtocolHandler handler) {
        return new ProtocolHandler() {
            @Override
            public String getName() {
                return handler.getName();
            }

            @Override
            public boolean accept(Request request, Response response) {
                return handler.accept(request, response);
            }

            @Override
            public Response.Listener getResponseListener() {
                return Listeners.around(handler.getResponseListener(), (method, arguments, body) -> {
                    boolean headers = method.getName().equals("onHeaders");
                    return headers && !inspect((Response) arguments[0]) ? null : body.call();
                });
            }
        };
    }

    void close() {
        if (token != null) {
            token.close();
        }
    }
}
