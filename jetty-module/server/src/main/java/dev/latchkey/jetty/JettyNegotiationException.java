package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.QuietException;
import org.jspecify.annotations.Nullable;

/**
 * A negotiation's failure that may leave a servlet: Jetty then answers the reason's status and logs no stack trace,
 * because a client caused it.
 */
final class JettyNegotiationException extends NegotiationException implements QuietException, HttpException {
    private static final long serialVersionUID = 1L;

    JettyNegotiationException(
            Reason reason, boolean connectionUsable, @Nullable String detail, @Nullable Throwable cause) {
        super(reason, connectionUsable, detail, cause);
    }

    private JettyNegotiationException(JettyNegotiationException failure, int status) {
        super(failure, status);
    }

    @Override
    public JettyNegotiationException withStatus(int other) {
        return other == status() ? this : new JettyNegotiationException(this, other);
    }

    @Override
    public int getCode() {
        return status();
    }

    @Override
    public String getReason() {
        return reason().code() + " " + reason().phrase();
    }
}
