package dev.latchkey.jetty;

import dev.latchkey.ClientCertificateGuard;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.jspecify.annotations.Nullable;

/**
 * Where on a server the guard of paths stands: once in front of the first handler that could answer, for the path as the
 * client sent it; and again behind each that could have changed the path, for the one that it made of it.
 *
 * <p>A few of Jetty's own handlers are known to give away nothing and to change no path; the guard stands behind those,
 * so that they see its refusals, and so that {@code CrossOriginHandler} can answer a preflight. Any other handler counts as one that may answer
 * and rewrite. Called by the thread that sets the server up.
 */
final class PathGuards {
    private static final String HANDLER = "org.eclipse.jetty.server.handler.";

    /** Exactly these: what extends one of them may do anything. */
    private static final Set<String> PASSING_ALL_ON = Set.of(
            HANDLER + "BufferedResponseHandler",
            HANDLER + "CrossOriginHandler",
            HANDLER + "DelayedHandler",
            HANDLER + "DoSHandler",
            HANDLER + "EagerContentHandler",
            HANDLER + "GracefulHandler",
            HANDLER + "IdleTimeoutHandler",
            HANDLER + "InetAccessHandler",
            HANDLER + "MinimumDataRateHandler",
            HANDLER + "QoSHandler",
            HANDLER + "SecuredRedirectHandler",
            HANDLER + "SizeLimitHandler",
            HANDLER + "StateTrackingHandler",
            HANDLER + "StatisticsHandler",
            HANDLER + "ThreadLimitHandler",
            HANDLER + "gzip.GzipHandler",
            "org.eclipse.jetty.compression.server.CompressionHandler");

    private static final String REWRITE = "org.eclipse.jetty.rewrite.handler.RewriteHandler";

    /** Passes by the handler behind it, which must be the one that it was given. */
    private static final String SKIP = HANDLER + "ConditionalHandler$SkipNext";

    private final List<ServletPathSpec> paths;
    private final ClientCertificateGuard guard;
    private final String description;

    PathGuards(List<ServletPathSpec> paths, ClientCertificateGuard guard, String description) {
        this.paths = List.copyOf(paths);
        this.guard = guard;
        this.description = description;
    }

    /** Puts the guards where they belong, on a server with none. */
    void insert(Handler.Singleton server) {
        Handler.Singleton before = server;
        while (before.getHandler() instanceof Handler.Singleton next && passesAllOn(next)) {
            before = next;
        }
        Handler first = before.getHandler();
        guardBehind(before);
        if (first != null) {
            insertBelow(first, false);
        }
    }

    /**
     * Puts them behind what rewrites of a handler that is added to a server which has its guards already.
     *
     * @throws IllegalStateException if it takes the place of the guard in front
     */
    void added(Server server, Object parent, Handler handler) {
        if (server.isRunning()
                && handler != server.getDefaultHandler()
                && isInFront(server, parent)
                && !leadsToGuard(handler)) {
            throw new IllegalStateException("latchkey.paths: " + handler + " would answer without the guard of "
                    + description + "; give it to the server before that starts, or put it below a handler that stays");
        }
        // What is added with it has been looked at with it.
        if (parent instanceof Handler in && server.getDescendants().contains(in) && !(handler instanceof PathGuard)) {
            boolean inApplication = in instanceof ContextHandler
                    || Handler.AbstractContainer.findContainerOf(server, ContextHandler.class, in) != null;
            insertBelow(handler, inApplication);
        }
    }

    private static boolean isInFront(Server server, Object parent) {
        Handler at = server;
        while (at != parent && !(at instanceof PathGuard) && at instanceof Handler.Singleton one) {
            at = one.getHandler();
        }
        return at == parent && !(at instanceof PathGuard);
    }

    private static boolean leadsToGuard(Handler handler) {
        Handler at = handler;
        while (!(at instanceof PathGuard) && at instanceof Handler.Singleton one) {
            at = one.getHandler();
        }
        return at instanceof PathGuard;
    }

    private void insertBelow(Handler handler, boolean inApplication) {
        boolean application = inApplication || handler instanceof ContextHandler;
        if (handler instanceof Handler.Singleton one) {
            Handler next = one.getHandler();
            if (next != null) {
                insertBelow(next, application);
                if (mayRewrite(one, application) && !(next instanceof PathGuard)) {
                    guardBehind(one);
                }
            }
        } else if (handler instanceof Handler.Container several) {
            several.getHandlers().forEach(each -> insertBelow(each, application));
        }
    }

    private void guardBehind(Handler.Singleton handler) {
        PathGuard inserted = new PathGuard(paths, guard, description);
        inserted.setHandler(handler.getHandler());
        handler.setHandler(inserted);
    }

    /** Takes all guards away, from a handler on. */
    static void remove(@Nullable Handler handler) {
        if (handler instanceof Handler.Singleton one) {
            while (one.getHandler() instanceof PathGuard guard) {
                one.setHandler(guard.getHandler());
            }
            remove(one.getHandler());
        } else if (handler instanceof Handler.Container several) {
            several.getHandlers().forEach(PathGuards::remove);
        }
    }

    private static boolean passesAllOn(Handler handler) {
        return PASSING_ALL_ON.contains(handler.getClass().getName());
    }

    /** Inside an application nothing but Jetty's rewriting counts: what else it does there is its own, as a forward is. */
    private static boolean mayRewrite(Handler.Singleton handler, boolean inApplication) {
        for (Class<?> type = handler.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(REWRITE)) {
                return true;
            }
            if (type.getName().equals(SKIP)) {
                return false;
            }
        }
        return !inApplication && !passesAllOn(handler) && !(handler instanceof PathGuard);
    }
}
