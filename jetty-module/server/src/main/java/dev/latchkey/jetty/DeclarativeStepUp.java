package dev.latchkey.jetty;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationOptions.Presence;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.StringUtil;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What steps up on a server without a line of code in an application: paths, {@code CLIENT-CERT} in a web.xml, and the
 * annotation {@link dev.latchkey.RequireClientCertificate}.
 *
 * <p>One a server; each connector with Latchkey installs it. Embedded, with paths:
 *
 * <pre>{@code
 * DeclarativeStepUp.install(server).setPaths("/admin/*,/pki/*");
 * }</pre>
 *
 * <p>Set it up before the server starts; any thread may read.
 */
@ManagedObject("what asks for a client certificate without code in an application")
public final class DeclarativeStepUp {
    private static final String NEED = "need";
    private static final String WANT = "want";

    private final Server server;
    private volatile String paths = "";
    private volatile String pathsPresence = NEED;
    private volatile String userNameKind = "subject";
    private volatile String userNamePattern = "";
    private volatile UserName userName = UserName.of("subject", "");

    private DeclarativeStepUp(Server server) {
        this.server = server;
    }

    /**
     * {@return what steps up declaratively on a server; installed now if it was not}
     *
     * @param server not started
     */
    public static DeclarativeStepUp install(Server server) {
        synchronized (server) {
            DeclarativeStepUp installed = of(server);
            if (installed == null) {
                DeclarativeStepUp made = new DeclarativeStepUp(server);
                server.addBean(made, false);
                server.addEventListener(new LifeCycle.Listener() {
                    @Override
                    public void lifeCycleStarting(LifeCycle event) {
                        made.beforeServerStarts();
                    }
                });
                server.addEventListener(new WebApplications());
                return made;
            }
            return installed;
        }
    }

    static @Nullable DeclarativeStepUp of(Server server) {
        return server.getBean(DeclarativeStepUp.class);
    }

    private void beforeServerStarts() {
        userName = UserName.of(userNameKind, userNamePattern);
        removeGuards();
        List<ServletPathSpec> specs = new ArrayList<>();
        for (String path : StringUtil.csvSplit(paths)) {
            specs.add(spec(path));
        }
        if (!specs.isEmpty()) {
            insertGuard(new PathGuard(
                    specs, ClientCertificateGuard.of(presence(pathsPresence)), paths + " " + pathsPresence));
        }
    }

    private static ServletPathSpec spec(String path) {
        try {
            return PathGuard.pattern(path);
        } catch (IllegalArgumentException x) {
            throw new IllegalArgumentException(
                    "latchkey.paths has " + path + ": it takes patterns of servlets, separated by commas, such as"
                            + " /admin/*,/pki/*,/exact,*.cgi (" + x.getMessage() + ")",
                    x);
        }
    }

    private static Presence presence(String text) {
        return switch (text) {
            case NEED -> Presence.NEED;
            case WANT -> Presence.WANT;
            default ->
                throw new IllegalArgumentException("latchkey.pathsPresence=" + text + ": it must be need or want");
        };
    }

    /**
     * As near to the applications as it can be, so that what rewrites a request's path has done so: behind all handlers
     * that hold one other, in front of those that hold several, or of an application.
     */
    private void insertGuard(PathGuard guard) {
        Handler.Singleton before = server;
        while (before.getHandler() instanceof Handler.Singleton next && !(next instanceof ContextHandler)) {
            before = next;
        }
        guard.setHandler(before.getHandler());
        before.setHandler(guard);
    }

    private void removeGuards() {
        Handler.Singleton before = server;
        while (before.getHandler() instanceof Handler.Singleton next && !(next instanceof ContextHandler)) {
            if (next instanceof PathGuard) {
                before.setHandler(next.getHandler());
            } else {
                before = next;
            }
        }
    }

    /** {@return the guarded paths, as they were set} */
    @ManagedAttribute("the guarded paths")
    public String getPaths() {
        return paths;
    }

    /**
     * Sets the paths that ask for a certificate, of all applications.
     *
     * @param patterns as servlets write them, with the context's path, separated by commas; empty, the default, for none
     */
    public void setPaths(String patterns) {
        for (String path : StringUtil.csvSplit(patterns)) {
            spec(path);
        }
        paths = patterns;
    }

    /** {@return whether the paths need a certificate or want one} */
    @ManagedAttribute("whether the paths need a certificate or want one")
    public String getPathsPresence() {
        return pathsPresence;
    }

    /**
     * Sets whether the paths need a certificate or want one.
     *
     * @param presence {@code need}, the default, or {@code want}
     */
    public void setPathsPresence(String presence) {
        presence(presence);
        pathsPresence = presence;
    }

    /** {@return what of a certificate is the name of its user} */
    @ManagedAttribute("what of a certificate is the name of its user")
    public String getUserName() {
        return userNameKind;
    }

    /**
     * Sets what of a certificate is the name of its user, with {@code CLIENT-CERT}. Of the client's own certificate
     * only, never of an authority's.
     *
     * <p>A certificate with no such name, with two different ones, or with one that is malformed or could be taken for
     * another, names nobody; the log says so, and where it was looked for.
     *
     * @param kind {@code subject}, the default; {@code cn}, {@code uid}, {@code serialNumber}, {@code emailAddress}, an
     *     OID or another short name, the only value of this attribute in the subject; {@code email} or {@code upn}, the
     *     only one of its kind among the subject's alternative names; or {@code pattern}
     */
    public void setUserName(String kind) {
        if (!kind.equals("pattern")) {
            UserName.of(kind, "");
        }
        userNameKind = kind;
    }

    /** {@return the pattern that finds the user's name in the subject; empty for none} */
    @ManagedAttribute("the pattern that finds the user's name in the subject")
    public String getUserNamePattern() {
        return userNamePattern;
    }

    /**
     * Sets the pattern that finds the user's name in the subject.
     *
     * @param pattern a regular expression that matches the whole subject, as RFC 2253 writes it, and has one group, which
     *     holds the value of one attribute or a part of one; without its escapes that is the name. Empty, the default,
     *     for none
     */
    public void setUserNamePattern(String pattern) {
        if (!pattern.isEmpty()) {
            UserName.of("pattern", pattern);
        }
        userNamePattern = pattern;
    }

    /** {@return how certificates name their users, as the server was started with} */
    UserName userNames() {
        return userName;
    }

    @Override
    public String toString() {
        return "DeclarativeStepUp[paths=" + paths + " " + pathsPresence + ",userName=" + userName + "]";
    }
}
