package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A response whose stream calls its listener as the caller, and that is sent as the container's own. Threads as of the
 * response it wraps.
 */
final class CallerResponse extends HttpServletResponseWrapper {
    private final Supplier<Identity> identity;
    private @Nullable CallerWriter writer;

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
        return new CallerOutputStream(super.getOutputStream(), response(), identity.get());
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        CallerWriter known = writer;
        if (known == null) {
            known = new CallerWriter(super.getWriter(), new OwnBuffer(response(), identity.get()));
            writer = known;
        }
        return known;
    }

    private HttpServletResponse response() {
        return (HttpServletResponse) getResponse();
    }

    @Override
    public void reset() {
        super.reset();
        // The container may give another then.
        writer = null;
    }

    @Override
    public void flushBuffer() throws IOException {
        AsCaller.clean(identity.get(), super::flushBuffer);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        AsCaller.clean(identity.get(), () -> super.sendRedirect(location));
    }

    @Override
    public void sendError(int status) throws IOException {
        AsCaller.clean(identity.get(), () -> super.sendError(status));
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        AsCaller.clean(identity.get(), () -> super.sendError(status, message));
    }
}
