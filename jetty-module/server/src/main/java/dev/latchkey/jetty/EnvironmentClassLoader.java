package dev.latchkey.jetty;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;

/**
 * Loads our few classes that link to Servlet classes, from our own jar, in sight of one environment's Servlet classes.
 *
 * <p>All else comes from the environment's loader, whose parent is the server's. Thread-safe.
 */
final class EnvironmentClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    /** The packages whose classes are one set an environment. */
    private static final String[] PACKAGES = {"dev.latchkey.jetty.ee.", "dev.latchkey.jetty.ee9."};

    private final ProtectionDomain domain;

    private EnvironmentClassLoader(ClassLoader environment) {
        super("latchkey-environment", environment);
        URL ours = EnvironmentClassLoader.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation();
        domain = new ProtectionDomain(new CodeSource(ours, (Certificate[]) null), null, this, null);
    }

    /** {@return a loader for an environment} */
    static ClassLoader below(ClassLoader environment) {
        return new EnvironmentClassLoader(environment);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        for (String each : PACKAGES) {
            if (name.startsWith(each)) {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> known = findLoadedClass(name);
                    return known != null ? known : findClass(name);
                }
            }
        }
        return super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String file = "/" + name.replace('.', '/') + ".class";
        try (InputStream in = EnvironmentClassLoader.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length, domain);
        } catch (IOException x) {
            throw new ClassNotFoundException(name, x);
        }
    }
}
