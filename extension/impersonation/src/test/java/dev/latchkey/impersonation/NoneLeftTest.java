package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A flow that is closed, and an application that is undeployed, leave no thread and no class loader. */
@Timeout(60)
class NoneLeftTest {
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("latchkey-")
                        || thread.getName().startsWith("left-"))
                .collect(Collectors.toSet());
    }

    @Test
    void closeLeavesNoThread() {
        Set<Thread> before = threads();
        FaultyIdentity faulty = new FaultyIdentity();
        IdentityFlow flow =
                IdentityFlow.builder().provider(faulty).hopThreads(2).build();
        flow.newFixedThreadPool(2, "left-");
        flow.newScheduledThreadPool(2, "left-");
        assertThat(threads().size()).isGreaterThan(before.size() + 6);
        flow.close();
        Awaitility.await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void anApplicationsClassLoaderIsFreeWhenItsFlowIsClosed() throws Exception {
        List<WeakReference<ClassLoader>> applications = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            applications.add(deployAndUndeploy());
        }
        // Java itself keeps one, softly on later versions: whose record was last compared for the first time
        // (the asType cache of ObjectMethods.OBJECT_EQ).
        deployAndUndeploy();
        Awaitility.await().untilAsserted(() -> {
            System.gc();
            assertThat(applications).allMatch(application -> application.get() == null);
        });
    }

    /** Without JNA, which keeps each class that it has bound to native code, and a thread of its own, for ever. */
    private static WeakReference<ClassLoader> deployAndUndeploy() throws Exception {
        URL[] ours = Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(part -> part.contains("impersonation"))
                .map(Path::of)
                .map(NoneLeftTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader application = new Reversed(ours)) {
            Class<?> identities = application.loadClass(Identities.class.getName());
            assertThat(identities).isNotSameAs(Identities.class);
            Object flow = identities.getMethod("flow").invoke(null);
            Object none = identities.getMethod("none").invoke(null);
            none.getClass().getMethod("run", Runnable.class).invoke(none, (Runnable) () -> {});
            assertThat(flow).isNotNull();
            identities.getMethod("close").invoke(null);
            return new WeakReference<>(application);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** As an application's: its own first. */
    private static final class Reversed extends URLClassLoader {
        Reversed(URL... ours) {
            super(ours, NoneLeftTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("dev.latchkey.impersonation")) {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> found = findLoadedClass(name);
                    return found == null ? findClass(name) : found;
                }
            }
            if (name.startsWith("com.sun.jna")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }

        @Override
        public URL getResource(String name) {
            URL own = findResource(name);
            return own == null ? super.getResource(name) : own;
        }
    }
}
