package dev.latchkey.jetty;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationOptions.Presence;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.StringUtil;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.component.Container;
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
    static final String ENFORCED_ELSEWHERE = "latchkey.enforcedElsewhere";

    private static final Pattern NAMES = Pattern.compile("\\*|[\\p{L}\\p{N}_$-]+(\\.[\\p{L}\\p{N}_$-]+)*(\\.\\*)?");

    private final Server server;
    private volatile String paths = "";
    private volatile Presence pathsPresence = Presence.NEED;
    private volatile String userNameKind = "subject";
    private volatile String userNamePattern = "";
    private volatile UserName userName = UserName.of("subject", "");
    private volatile List<String> enforcedElsewhere = List.of();
    private volatile @Nullable PathGuards guards;
    private final UnregisteredServlets unregisteredServlets = new UnregisteredServlets(this);
    private final WebApplications applications = new WebApplications(this);

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
                server.addEventListener(made.applications);
                server.addEventListener(made.new LaterHandlers());
                RequestRefusals.install(server);
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
        applications.guardAllBelow(server);
        guards = null;
        PathGuards.remove(server);
        List<ServletPathSpec> specs = new ArrayList<>();
        for (String path : StringUtil.csvSplit(paths)) {
            specs.add(spec(path));
        }
        if (!specs.isEmpty()) {
            PathGuards made =
                    new PathGuards(specs, ClientCertificateGuard.of(pathsPresence), paths + " " + pathsPresence);
            made.insert(server);
            guards = made;
        }
    }

    /**
     * Stops the start of a server whose own code has the annotation where nothing obeys it: on a servlet that none of its
     * applications has registered; without any application, anywhere.
     *
     * @throws IllegalStateException naming each such class
     */
    void refuseWhatNothingEnforces() {
        Set<String> servlets = new TreeSet<>();
        Set<String> others = new TreeSet<>();
        try {
            for (Class<?> type : new AnnotationScan(this).annotated(null)) {
                if (!AnnotationScan.isServlet(type)) {
                    others.add(type.getName());
                } else if (!Modifier.isAbstract(type.getModifiers())) {
                    servlets.add(type.getName());
                }
            }
        } catch (IOException x) {
            throw new IllegalStateException(x.getMessage(), x);
        }
        Set<String> unregistered = unregisteredServlets.whenAllHaveStarted(servlets);
        if (applications.isEmpty() && !others.isEmpty()) {
            throw new IllegalStateException("@RequireClientCertificate would not be enforced on " + others
                    + ", because the server has no web application; guard them by latchkey.paths, or name them in "
                    + ENFORCED_ELSEWHERE + " if the application itself sees to it");
        }
        if (!unregistered.isEmpty()) {
            throw new IllegalStateException(AnnotationScan.notRegistered(unregistered));
        }
    }

    /** {@return which annotated servlets nobody has registered} */
    UnregisteredServlets unregisteredServlets() {
        return unregisteredServlets;
    }

    /** {@return whether the server has started, and with it the applications that it had then} */
    boolean isServing() {
        return server.isStarted();
    }

    /** Hears of handlers that are added while the server runs. */
    private final class LaterHandlers implements Container.InheritedListener {
        @Override
        public void beanAdded(Container parent, Object child) {
            PathGuards inserted = guards;
            if (inserted != null && child instanceof Handler handler) {
                inserted.added(server, parent, handler);
            }
        }

        @Override
        public void beanRemoved(Container parent, Object child) {
            // Its guards go with it.
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

    /** What is read at the start only must not seem to be set afterwards: a path that is shown would not be guarded. */
    private void requireNotRunning(String property) {
        if (server.isRunning()) {
            throw new IllegalStateException("the server runs already; set latchkey." + property + " before it starts");
        }
    }

    /** {@return the guarded paths, as they were set} */
    @ManagedAttribute(value = "the guarded paths", readonly = true)
    public String getPaths() {
        return paths;
    }

    /**
     * Sets the paths that ask for a certificate, of all applications.
     *
     * @param patterns as servlets write them, with the context's path, separated by commas; empty, the default, for none
     * @throws IllegalArgumentException if one is no pattern
     * @throws IllegalStateException if the server runs
     */
    public void setPaths(String patterns) {
        requireNotRunning("paths");
        for (String path : StringUtil.csvSplit(patterns)) {
            spec(path);
        }
        paths = patterns;
    }

    /** {@return whether the paths need a certificate or want one} */
    @ManagedAttribute(value = "whether the paths need a certificate or want one", readonly = true)
    public Presence getPathsPresence() {
        return pathsPresence;
    }

    /**
     * Sets whether the paths need a certificate, the default, or want one.
     *
     * @throws IllegalStateException if the server runs
     */
    public void setPathsPresence(Presence presence) {
        requireNotRunning("pathsPresence");
        pathsPresence = Objects.requireNonNull(presence);
    }

    /** {@return what of a certificate is the name of its user} */
    @ManagedAttribute(value = "what of a certificate is the name of its user", readonly = true)
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
     * @throws IllegalArgumentException if it is none of these
     * @throws IllegalStateException if the server runs
     */
    public void setUserName(String kind) {
        requireNotRunning("userName");
        if (!kind.equals("pattern")) {
            UserName.of(kind, "");
        }
        userNameKind = kind;
    }

    /** {@return the pattern that finds the user's name in the subject; empty for none} */
    @ManagedAttribute(value = "the pattern that finds the user's name in the subject", readonly = true)
    public String getUserNamePattern() {
        return userNamePattern;
    }

    /**
     * Sets the pattern that finds the user's name in the subject.
     *
     * @param pattern a regular expression that matches the whole subject, as RFC 2253 writes it, and has one group, which
     *     holds the value of one attribute or a part of one; without its escapes that is the name. Empty, the default,
     *     for none
     * @throws IllegalArgumentException if it is no such expression
     * @throws IllegalStateException if the server runs
     */
    public void setUserNamePattern(String pattern) {
        requireNotRunning("userNamePattern");
        if (!pattern.isEmpty()) {
            UserName.of("pattern", pattern);
        }
        userNamePattern = pattern;
    }

    /** {@return the classes whose annotation the application enforces, as they were set} */
    @ManagedAttribute(value = "the classes whose annotation the application itself enforces", readonly = true)
    public String getEnforcedElsewhere() {
        return String.join(",", enforcedElsewhere);
    }

    /**
     * Sets the classes whose {@link dev.latchkey.RequireClientCertificate} the application itself enforces, by
     * {@link ClientCertificateGuard} in a filter or in a framework's interceptor. Any other class with the annotation that
     * is neither a registered servlet nor a guarded CDI bean stops the start, and so does a class path that cannot be
     * searched for such classes. A servlet that is named and is registered, or added later, is guarded all the same.
     *
     * @param names of classes, separated by commas; {@code com.example.web.*} stands for all classes of the package and
     *     those below it, {@code *} for all classes of all, so that none is looked for; empty, the default, for none
     * @throws IllegalArgumentException if one of them can be no name
     * @throws IllegalStateException if the server runs
     */
    public void setEnforcedElsewhere(String names) {
        requireNotRunning("enforcedElsewhere");
        List<String> all = List.of(StringUtil.csvSplit(names));
        for (String each : all) {
            if (!NAMES.matcher(each).matches()) {
                throw new IllegalArgumentException(ENFORCED_ELSEWHERE + "=" + names + ": " + each
                        + " is no name of a class; it takes names such as com.example.Admin, com.example.web.* or *");
            }
        }
        enforcedElsewhere = all;
    }

    /** {@return whether a class, or all classes by the empty name, are the application's own matter} */
    boolean isEnforcedElsewhere(String className) {
        for (String each : enforcedElsewhere) {
            if (each.equals("*")
                    || each.equals(className)
                    || (each.endsWith(".*") && className.startsWith(each.substring(0, each.length() - 1)))) {
                return true;
            }
        }
        return false;
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
