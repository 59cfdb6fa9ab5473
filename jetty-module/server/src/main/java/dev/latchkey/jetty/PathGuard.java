package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationException;
import dev.latchkey.spi.Stages;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Asks for a certificate before a request to one of some paths goes on to the applications, whatever these are.
 *
 * <p>Paths are matched as an application would see them, and where that is in doubt the guard applies: letters count
 * without their case, and a URI that could be read in two ways (which Jetty refuses unless told otherwise) is one of
 * ours. Of several on a request's way, the first whose path it is decides. No thread waits while the client is asked.
 * Immutable once it runs.
 */
final class PathGuard extends Handler.Wrapper {
    private final List<ServletPathSpec> paths;
    private final ClientCertificateGuard guard;
    private final String description;

    PathGuard(List<ServletPathSpec> paths, ClientCertificateGuard guard, String description) {
        this.paths = List.copyOf(paths);
        this.guard = guard;
        this.description = description;
    }

    /**
     * {@return the pattern of a property's value, as servlets write them}
     *
     * @throws IllegalArgumentException if it is none
     */
    static ServletPathSpec pattern(String text) {
        if (!text.startsWith("/") && !text.startsWith("*.")) {
            throw new IllegalArgumentException("it must begin with / or *.");
        }
        return new ServletPathSpec(fold(text));
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.BLOCKING; // what goes on afterwards does so on a thread of the pool
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getAttribute(CertificateLogin.GUARD_ATTRIBUTE) != null || !isGuarded(request.getHttpURI())) {
            return super.handle(request, response, callback);
        }
        ClientCertificate current = CertificateLogin.current(request, request);
        if (current.isTrusted()) { // which needs neither a question nor another thread
            passed(request, current);
            return super.handle(request, response, callback);
        }
        guard.checkAsync(request).whenComplete((certificate, failure) -> {
            if (failure == null) {
                passed(request, certificate);
                goOn(request, response, callback);
            } else {
                refuse(request, response, callback, failure);
            }
        });
        return true;
    }

    /** The application's HTTP session is bound to the certificate; its guard does that, where there is a session. */
    private static void passed(Request request, ClientCertificate certificate) {
        request.setAttribute(CertificateLogin.GUARD_ATTRIBUTE, CertificateLogin.fingerprint(certificate));
    }

    private void goOn(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Throwable x) {
            Response.writeError(request, response, callback, x);
        }
    }

    private static void refuse(Request request, Response response, Callback callback, Throwable failure) {
        Throwable cause = Stages.bare(failure);
        if (cause instanceof NegotiationException x) {
            Refusal.write(request, response, callback, x);
        } else {
            Response.writeError(request, response, callback, cause);
        }
    }

    boolean isGuarded(HttpURI uri) {
        String canonical = uri.getCanonicalPath();
        String decoded = uri.getDecodedPath();
        if (canonical == null || decoded == null || uri.hasViolations()) {
            return true;
        }
        return matches(canonical) || matches(decoded);
    }

    private boolean matches(String path) {
        String folded = fold(path);
        return paths.stream().anyMatch(spec -> spec.matches(folded));
    }

    private static String fold(String path) {
        return path.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "PathGuard[" + description + "]";
    }
}
