package dev.latchkey.jetty;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;

/**
 * Finds the servlets with the annotation that no application of a server has registered: Jetty does not make these, and
 * so nothing stands before them, if other code makes and calls them.
 *
 * <p>A class of an application's own is looked for in its registrations; one that applications share in those of all,
 * once all have started. Thread-safe.
 */
public final class UnregisteredServlets {
    private static final String OWN = ".webapp.WebAppClassLoader";

    private final DeclarativeStepUp settings;
    /** By application, each its registrations. */
    private final Map<Object, Set<String>> registered = Collections.synchronizedMap(new WeakHashMap<>());
    /** What is to be looked for when all applications have started. */
    private final Set<String> open = Collections.synchronizedSet(new LinkedHashSet<>());

    UnregisteredServlets(DeclarativeStepUp settings) {
        this.settings = settings;
    }

    /**
     * {@return the servlets that stop an application's start}
     *
     * @param application its ServletContext
     * @param names the classes of the servlets that it has registered
     * @param annotated the servlets with the annotation that it could make
     */
    public Set<String> among(Object application, Collection<String> names, Collection<Class<?>> annotated) {
        registered.put(application, Set.copyOf(names));
        Set<String> unregistered = new TreeSet<>();
        for (Class<?> type : annotated) {
            if (!settings.isServing() && !isOwn(type)) {
                open.add(type.getName()); // another application may have it, which starts later
            } else if (isOwn(type) ? !names.contains(type.getName()) : !isRegistered(type.getName())) {
                unregistered.add(type.getName());
            }
        }
        return unregistered;
    }

    /** An application has stopped. */
    public void forget(Object application) {
        registered.remove(application);
    }

    /**
     * {@return what no application has registered, of what was left open}
     *
     * @param others the servlets with the annotation that the server itself could make
     */
    Set<String> whenAllHaveStarted(Collection<String> others) {
        Set<String> all = new TreeSet<>(others);
        synchronized (open) {
            all.addAll(open);
            open.clear();
        }
        all.removeIf(this::isRegistered);
        return all;
    }

    private boolean isRegistered(String type) {
        synchronized (registered) {
            return registered.values().stream().anyMatch(names -> names.contains(type));
        }
    }

    /** Where an application has no loader of its own, others may share whatever it has. */
    private static boolean isOwn(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        for (Class<?> c = loader == null ? null : loader.getClass(); c != null; c = c.getSuperclass()) {
            if (c.getName().endsWith(OWN)) {
                return true;
            }
        }
        return false;
    }
}
