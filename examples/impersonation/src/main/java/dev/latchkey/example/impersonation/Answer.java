package dev.latchkey.example.impersonation;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the browser is shown.
 *
 * @param status of HTTP
 * @param text the body
 */
record Answer(int status, String text) {
    /** {@return the answer when work was not done at all; an identity that could not be proven, for one} */
    static Answer failed(@Nullable Throwable failure) {
        Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
        return new Answer(500, "Not read: " + (cause == null ? "no reason given" : cause.getMessage()) + "\n");
    }

    void write(HttpServletResponse response, ServletContext context) {
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        try {
            response.getWriter().print(text);
        } catch (IOException e) {
            context.log("The client is gone", e);
        }
    }
}
