package dev.latchkey.jetty.ee;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Finds the classes of a web application that name the annotation, without loading any.
 *
 * <p>The container's own search (HandlesTypes) looks only where its annotations module is enabled, and not where the
 * application has excluded a jar. A guard that was overlooked would be none, so this looks at every class file. For one
 * thread.
 */
final class AnnotationScan {
    private static final String CLASSES = "/WEB-INF/classes/";
    private static final String LIB = "/WEB-INF/lib/";
    private static final String VERSIONS = "META-INF/versions/";
    private static final String CLASS = ".class";

    /** The annotation's type as a class file writes it, JVMS section 4.3.2. */
    private static final byte[] DESCRIPTOR =
            ("L" + RequireClientCertificate.class.getName().replace('.', '/') + ";").getBytes(StandardCharsets.UTF_8);

    private final ServletContext context;
    private final Set<String> found = new TreeSet<>();

    AnnotationScan(ServletContext context) {
        this.context = context;
    }

    /** {@return the names of the classes that name it, wherever in themselves} */
    Set<String> classNames() throws IOException {
        directory(CLASSES);
        Set<String> jars = context.getResourcePaths(LIB);
        if (jars != null) {
            for (String jar : jars) {
                if (jar.endsWith(".jar")) {
                    jar(jar);
                }
            }
        }
        return found;
    }

    private void directory(String path) throws IOException {
        Set<String> children = context.getResourcePaths(path);
        if (children == null) {
            return;
        }
        for (String child : children) {
            if (child.endsWith("/")) {
                directory(child);
            } else if (child.endsWith(CLASS)) {
                try (InputStream in = context.getResourceAsStream(child)) {
                    if (in != null) {
                        look(child.substring(CLASSES.length()), in.readAllBytes());
                    }
                }
            }
        }
    }

    private void jar(String path) throws IOException {
        try (InputStream in = context.getResourceAsStream(path)) {
            if (in == null) {
                return;
            }
            ZipInputStream zip = new ZipInputStream(in);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(CLASS)) {
                    look(entry.getName(), zip.readAllBytes());
                }
            }
        }
    }

    private void look(String file, byte[] bytes) {
        if (contains(bytes)) {
            String name = file.startsWith(VERSIONS) ? file.substring(file.indexOf('/', VERSIONS.length()) + 1) : file;
            found.add(name.substring(0, name.length() - CLASS.length()).replace('/', '.'));
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
