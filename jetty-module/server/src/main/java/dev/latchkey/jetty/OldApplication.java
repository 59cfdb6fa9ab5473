package dev.latchkey.jetty;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.resource.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A web application of ee8, whose servlets are {@code javax.servlet}'s and have no guard: it does not start if it has the
 * annotation. Called once, by the thread that starts it.
 */
final class OldApplication implements LifeCycle.Listener {
    private final Object context;

    private OldApplication(Object context) {
        this.context = context;
    }

    /**
     * Looks at an application as it starts, when it has unpacked itself and none of its servlets is there.
     *
     * @param context ee8's ServletContextHandler, stopped
     */
    static void watch(Object context) {
        LifeCycle servlets = (LifeCycle) Objects.requireNonNull(ask(context, "getServletHandler"));
        servlets.addEventListener(new OldApplication(context));
    }

    @Override
    public void lifeCycleStarting(LifeCycle servlets) {
        Set<String> unguarded;
        try {
            Resource base = (Resource) ask(context, "getBaseResource");
            unguarded = base == null ? Set.of() : new AnnotationScan(files(base)).classNames();
        } catch (IOException x) {
            throw new IllegalStateException("cannot read " + context + " to look for @RequireClientCertificate", x);
        }
        if (!unguarded.isEmpty()) {
            throw new IllegalStateException("@RequireClientCertificate would not be enforced on " + unguarded
                    + ", because the application is of ee8: guard it by latchkey.paths, or deploy it on ee9 or later");
        }
    }

    /** By name, because nothing of ee8 is there to compile this. */
    private static @Nullable Object ask(Object context, String method) {
        try {
            return context.getClass().getMethod(method).invoke(context);
        } catch (InvocationTargetException | NoSuchMethodException | IllegalAccessException x) {
            throw new IllegalStateException("not the ee8 that we know: " + context, x);
        }
    }

    private static AnnotationScan.Files files(Resource base) {
        return new AnnotationScan.Files() {
            @Override
            public @Nullable Set<String> list(String directory) {
                Resource found = find(directory);
                if (found == null || !found.isDirectory()) {
                    return null;
                }
                Set<String> names = new TreeSet<>();
                for (Resource child : found.list()) {
                    names.add(directory + child.getFileName() + (child.isDirectory() ? "/" : ""));
                }
                return names;
            }

            @Override
            public @Nullable InputStream open(String file) throws IOException {
                Resource found = find(file);
                return found == null ? null : found.newInputStream();
            }

            private @Nullable Resource find(String path) {
                Resource found = base.resolve(path.substring(1));
                return found != null && found.exists() ? found : null;
            }
        };
    }
}
