package dev.latchkey.jetty;

import dev.latchkey.RequireClientCertificate;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the classes with the annotation, wherever an application could take them from: its own loader and each above
 * it.
 *
 * <p>The container's own search (HandlesTypes) looks only where its annotations module is enabled, and not where the
 * application has excluded a jar. A guard that was overlooked would be none, so this looks at every class file, loads
 * those that name it, and where it cannot look it says so. Java's own classes are left out, and those in packages of
 * Jetty, Jakarta EE and SLF4J. Any thread.
 */
public final class AnnotationScan {
    /** The annotation's type as a class file writes it, JVMS section 4.3.2. */
    private static final byte[] DESCRIPTOR =
            ("L" + RequireClientCertificate.class.getName().replace('.', '/') + ";").getBytes(StandardCharsets.UTF_8);

    /** Latchkey's own that name it: the interceptor of beans, and what is loaded once an environment. */
    private static final String[] OWN = {"dev.latchkey.cdi.", "dev.latchkey.jetty.ee."};

    /**
     * What a loader's own files were when they were looked at, and what was found: a server's are looked at once.
     *
     * @param names the classes that name the annotation
     * @param below by a class, those that extend it
     */
    private record Known(List<String> files, Set<String> names, Map<String, Set<String>> below) {}

    private static final Map<ClassLoader, Known> KNOWN = Collections.synchronizedMap(new WeakHashMap<>());

    private final DeclarativeStepUp settings;

    AnnotationScan(DeclarativeStepUp settings) {
        this.settings = settings;
    }

    /**
     * {@return the classes that have it, on themselves, a superclass or a method of either, and are not named by
     * {@link DeclarativeStepUp#setEnforcedElsewhere}}
     *
     * @param application its loader; null for the calling thread's
     * @throws IOException if a place cannot be searched; the message says which, and what helps
     */
    public List<Class<?>> annotated(@Nullable ClassLoader application) throws IOException {
        ClassLoader loader = orOfThread(application);
        List<Class<?>> found = new ArrayList<>();
        for (String name : names(loader)) {
            Class<?> type = load(name, loader);
            if (type != null && has(type)) {
                found.add(type);
            }
        }
        return found;
    }

    /** {@return whether a class is the application's own matter, as its settings say} */
    public boolean isEnforcedElsewhere(Class<?> type) {
        return settings.isEnforcedElsewhere(type.getName());
    }

    /** {@return which annotated servlets nobody has registered} */
    public UnregisteredServlets unregisteredServlets() {
        return settings.unregisteredServlets();
    }

    /** {@return what is to be said of servlets that have it and are made by nobody that we know} */
    public static String notRegistered(Object servlets) {
        return "@RequireClientCertificate would not be enforced on " + servlets
                + ": no application of the server has registered such a servlet, and whoever makes one and calls it passes"
                + " the guard by. Register it (a servlet mapping, @WebServlet, addServlet), or name it in "
                + DeclarativeStepUp.ENFORCED_ELSEWHERE
                + " if it is not used, is added later (it is guarded then), or the application itself sees to it";
    }

    /** {@return a class of the application; null if it cannot be loaded, and so cannot run} */
    public static @Nullable Class<?> load(String name, ClassLoader application) {
        try {
            return Class.forName(name, false, application);
        } catch (ClassNotFoundException | LinkageError x) {
            return null;
        }
    }

    private static boolean has(Class<?> type) throws IOException {
        requireOurs(type);
        try {
            return type.isAnnotationPresent(RequireClientCertificate.class) || isOnMethod(type);
        } catch (LinkageError x) {
            // It names the annotation, and it cannot be seen where.
            throw new IOException("cannot look for @RequireClientCertificate in " + type.getName(), x);
        }
    }

    /** Java leaves an annotation out that the class's loader does not find, and one of another loader is not ours. */
    private static void requireOurs(Class<?> type) throws IOException {
        ClassLoader loader = type.getClassLoader();
        if (loader == null
                || load(RequireClientCertificate.class.getName(), loader) != RequireClientCertificate.class) {
            throw new IOException("@RequireClientCertificate is not the server's to " + type.getName()
                    + ": leave latchkey-api out of the application, and let it see the server's (a WebAppContext, by"
                    + " the protected classes dev.latchkey.)");
        }
    }

    /** {@return whether one of a class's methods, or of its superclasses', has the annotation} */
    public static boolean isOnMethod(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.isAnnotationPresent(RequireClientCertificate.class)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return whether a class is a servlet of any environment, which its application guards or refuses} */
    static boolean isServlet(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        String name = type.getName();
        return name.equals("jakarta.servlet.Servlet")
                || name.equals("javax.servlet.Servlet")
                || isServlet(type.getSuperclass())
                || Arrays.stream(type.getInterfaces()).anyMatch(AnnotationScan::isServlet);
    }

    /** The classes that name it, wherever in themselves, and those that extend one of these. */
    private Set<String> names(ClassLoader application) throws IOException {
        Set<String> found = new TreeSet<>();
        if (settings.isEnforcedElsewhere("")) {
            return found; // nothing is to be looked for
        }
        List<Known> all = new ArrayList<>();
        try {
            for (ClassLoader each = application; each != null; each = each.getParent()) {
                if (each == ClassLoader.getPlatformClassLoader()) {
                    break;
                }
                all.add(ofLoader(each));
            }
        } catch (IOException x) {
            throw new IOException(
                    "cannot look for @RequireClientCertificate: " + x.getMessage() + "; if no class there has it, set "
                            + DeclarativeStepUp.ENFORCED_ELSEWHERE + "=*",
                    x);
        }
        Deque<String> open = new ArrayDeque<>();
        all.forEach(known -> open.addAll(known.names()));
        for (String name = open.poll(); name != null; name = open.poll()) {
            if (found.add(name)) {
                for (Known known : all) {
                    open.addAll(known.below().getOrDefault(name, Set.of()));
                }
            }
        }
        found.removeIf(name -> Arrays.stream(OWN).anyMatch(name::startsWith) || settings.isEnforcedElsewhere(name));
        return found;
    }

    /** {@return the loader; where there is none, that by which a server without loaders of its own finds classes} */
    public static ClassLoader orOfThread(@Nullable ClassLoader loader) {
        ClassLoader ofThread = loader != null ? loader : Thread.currentThread().getContextClassLoader();
        return ofThread != null ? ofThread : AnnotationScan.class.getClassLoader();
    }

    private static Known ofLoader(ClassLoader loader) throws IOException {
        List<URL> places = places(loader);
        List<String> files = places.stream().map(URL::toString).toList();
        Known known = KNOWN.get(loader);
        if (known == null || !known.files().equals(files)) {
            known = search(places, files);
            KNOWN.put(loader, known);
        }
        return known;
    }

    private static Known search(List<URL> places, List<String> files) throws IOException {
        Set<String> found = new TreeSet<>();
        Map<String, Set<String>> below = new HashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<URL> open = new ArrayDeque<>(places);
        for (URL place = open.poll(); place != null; place = open.poll()) {
            if (seen.add(place.toString())) {
                open.addAll(ClassFiles.read(place, (name, bytes) -> {
                    if (contains(bytes)) {
                        found.add(name);
                    }
                    String extended = Superclass.in(bytes);
                    if (extended != null && !ClassFiles.isOfContainer(extended)) {
                        below.computeIfAbsent(extended, s -> new HashSet<>()).add(name);
                    }
                }));
            }
        }
        return new Known(files, Set.copyOf(found), below);
    }

    private static List<URL> places(ClassLoader loader) throws IOException {
        if (loader instanceof URLClassLoader urls) {
            return Arrays.asList(urls.getURLs());
        }
        if (loader == ClassLoader.getSystemClassLoader()) {
            refuseModulePath(loader);
            List<URL> places = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
                places.add(Path.of(entry).toUri().toURL());
            }
            return places;
        }
        if (loader instanceof EnvironmentClassLoader) {
            return List.of();
        }
        throw new IOException("the loader " + loader.getClass().getName() + " does not tell where it finds classes");
    }

    private static void refuseModulePath(ClassLoader loader) throws IOException {
        for (Module module : ModuleLayer.boot().modules()) {
            if (module.getClassLoader() == loader
                    && ModuleLayer.boot()
                            .configuration()
                            .findModule(module.getName())
                            .flatMap(m -> m.reference().location())
                            .filter(at -> !"jrt".equals(at.getScheme()))
                            .isPresent()) {
                throw new IOException("the module path, where " + module.getName() + " is, is not searched");
            }
        }
    }

    private static boolean contains(byte[] bytes) {
        int last = bytes.length - DESCRIPTOR.length;
        for (int i = 0; i <= last; i++) {
            if (bytes[i] == 'L' && matches(bytes, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] bytes, int at) {
        for (int j = 1; j < DESCRIPTOR.length; j++) {
            if (bytes[at + j] != DESCRIPTOR[j]) {
                return false;
            }
        }
        return true;
    }
}
