package dev.latchkey.openssl;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;

/**
 * The server names that a client asked for (RFC 6066, section 3), and what the engine's matchers say to them.
 *
 * <p>Guarded by the engine's lock.
 */
final class ServerNames {
    static final int ACCEPTED = 0;
    static final int FATAL = 2;
    /** Taken, but not acknowledged. */
    private static final int NO_ACKNOWLEDGEMENT = 3;

    private static final int TYPE_HOST_NAME = 0;
    private static final int LONGEST_NAME = 256;
    private static final int ALERT_ILLEGAL_PARAMETER = 47;
    private static final int ALERT_UNRECOGNIZED_NAME = 112;

    private final EngineSettings settings;
    private List<SNIServerName> requested = List.of();
    private boolean seen;

    ServerNames(EngineSettings settings) {
        this.settings = settings;
    }

    /** What was asked for: by the client whose server we are, or by us as the client. */
    List<SNIServerName> requested() {
        String name = settings.isClient() ? settings.serverName() : null;
        return name == null ? requested : List.of(new SNIHostName(name));
    }

    /** Upcall: a ClientHello came, with or without a name, also in a resumption or renegotiation. */
    int onServerName(long ssl, long alert) {
        if (settings.isClient()) {
            return ACCEPTED;
        }
        long name = LibSsl.SSL_get_servername(ssl, TYPE_HOST_NAME);
        List<SNIServerName> names;
        try {
            names = name == 0 ? List.of() : List.of(new SNIHostName(bytes(name)));
        } catch (IllegalArgumentException e) {
            return refuse(alert, ALERT_ILLEGAL_PARAMETER);
        }
        if (!seen) {
            seen = true;
            requested = names;
        } else if (!names.isEmpty() && !names.equals(requested)) {
            // A renegotiation changes nothing but the client's identity; a name that is left out stays.
            return refuse(alert, ALERT_ILLEGAL_PARAMETER);
        }
        if (!matches(requested)) {
            return refuse(alert, ALERT_UNRECOGNIZED_NAME);
        }
        // RFC 6066, section 3: a server that resumes a session must not answer the extension.
        return LibSsl.SSL_session_reused(ssl) == 1 ? NO_ACKNOWLEDGEMENT : ACCEPTED;
    }

    private boolean matches(List<SNIServerName> names) {
        Collection<SNIMatcher> matchers = settings.parameters().getSNIMatchers();
        if (matchers == null || matchers.isEmpty() || names.isEmpty()) {
            return true;
        }
        for (SNIServerName name : names) {
            for (SNIMatcher matcher : matchers) {
                if (matcher.getType() == name.getType() && matcher.matches(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int refuse(long alert, int description) {
        Native.bytes(alert, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, description);
        return FATAL;
    }

    private static byte[] bytes(long name) {
        return Native.bytes(name, LONGEST_NAME).getString(0).getBytes(StandardCharsets.UTF_8);
    }
}
