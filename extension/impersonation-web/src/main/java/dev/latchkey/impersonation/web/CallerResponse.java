package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.function.Supplier;

/** A response whose stream calls its listener as the caller. Threads as of the response it wraps. */
final class CallerResponse extends HttpServletResponseWrapper {
    private final Supplier<Identity> identity;

    CallerResponse(HttpServletResponse response, Supplier<Identity> identity) {
        super(response);
        this.identity = identity;
    }

    /** {@return it wrapped, unless it is already or is no response of HTTP} */
    static ServletResponse around(ServletResponse response, Supplier<Identity> identity) {
        return response instanceof HttpServletResponse http && !(response instanceof CallerResponse)
                ? new CallerResponse(http, identity)
                : response;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        return new CallerOutputStream(super.getOutputStream(), identity.get());
    }
}
