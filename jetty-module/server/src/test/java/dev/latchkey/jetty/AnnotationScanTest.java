package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each place where a loader can have classes is searched, or it is said that it is not. */
class AnnotationScanTest {
    /** A servlet, because this is on the tests' class path for servers without applications too. */
    @RequireClientCertificate
    abstract static class Marked extends HttpServlet {
        private static final long serialVersionUID = 1L;
    }

    abstract static class Extending extends Marked {
        private static final long serialVersionUID = 1L;
    }

    private static final String FILE = Marked.class.getName().replace('.', '/') + ".class";

    @TempDir
    Path dir;

    private final DeclarativeStepUp settings = DeclarativeStepUp.install(new Server());
    private final AnnotationScan scan = new AnnotationScan(settings);
    private byte[] marked;

    @BeforeEach
    void read() throws IOException {
        try (InputStream in = AnnotationScanTest.class.getResourceAsStream("/" + FILE)) {
            marked = in.readAllBytes();
        }
    }

    private void assertFindsIn(URL... places) throws IOException {
        // Nothing above it but Java: what is found was found there.
        try (URLClassLoader loader = new URLClassLoader(places, new JustTheApi())) {
            settings.setEnforcedElsewhere("");
            assertThat(scan.annotated(loader)).extracting(Class::getName).containsExactly(Marked.class.getName());
            settings.setEnforcedElsewhere("dev.latchkey.jetty.*");
            assertThat(scan.annotated(loader)).isEmpty();
        }
    }

    /** Has the annotation and Servlet classes, and no place. */
    private static final class JustTheApi extends URLClassLoader {
        JustTheApi() {
            super(new URL[0], ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            return AnnotationScanTest.class.getClassLoader().loadClass(name);
        }
    }

    private Path jar(String name, String classPath, String entry, byte[] bytes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Multi-Release"), "true");
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        Path file = dir.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry(entry));
            jar.write(bytes);
        }
        return file;
    }

    @Test
    void aDirectoryIsSearched() throws IOException {
        Path file = dir.resolve("with a space").resolve(FILE);
        Files.createDirectories(file.getParent());
        Files.write(file, marked);
        assertFindsIn(dir.resolve("with a space").toUri().toURL());
    }

    @Test
    void aJarIsSearched() throws IOException {
        assertFindsIn(jar("a.jar", "", FILE, marked).toUri().toURL());
        assertFindsIn(
                jar("v.jar", "", "META-INF/versions/9/" + FILE, marked).toUri().toURL());
    }

    @Test
    void whatAJarPutsOnTheClassPathIsSearched() throws IOException {
        jar("b.jar", "", FILE, marked);
        assertFindsIn(
                jar("a.jar", "missing.jar b.jar", "x.txt", new byte[1]).toUri().toURL());
    }

    @Test
    void placesInsideAJarAreSearched() throws IOException {
        Path outer = jar("o.jar", "", "BOOT-INF/classes/" + FILE, marked);
        assertFindsIn(new URL("jar:" + outer.toUri() + "!/BOOT-INF/classes/"));
    }

    /** Its own class file does not name the annotation, which may be in another place. */
    @Test
    void aClassThatExtendsOneWithTheAnnotationIsFoundWithIt() throws IOException {
        Path above = jar("above.jar", "", FILE, marked);
        Path below;
        String file = Extending.class.getName().replace('.', '/') + ".class";
        try (InputStream in = AnnotationScanTest.class.getResourceAsStream("/" + file)) {
            below = jar("below.jar", "", file, in.readAllBytes());
        }
        try (URLClassLoader parent = new URLClassLoader(new URL[] {above.toUri().toURL()}, new JustTheApi());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {below.toUri().toURL()}, parent)) {
            assertThat(scan.annotated(loader))
                    .extracting(Class::getName)
                    .containsExactly(Extending.class.getName(), Marked.class.getName());
            settings.setEnforcedElsewhere(Marked.class.getName());
            assertThat(scan.annotated(loader)).extracting(Class::getName).containsExactly(Extending.class.getName());
        }
    }

    @Test
    void theSuperclassIsReadFromAClassFile() {
        assertThat(Superclass.in(marked)).isEqualTo(HttpServlet.class.getName());
        for (int length = 0; length < marked.length - 100; length++) {
            Superclass.in(Arrays.copyOf(marked, length)); // a file that is cut off is no class, and no fault of ours
        }
    }

    @Test
    void aPlaceThatIsNotThereOrHasNoClassesIsNoFault() throws IOException {
        Path text = Files.writeString(dir.resolve("text.jar"), "no archive");
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {text.toUri().toURL(), dir.resolve("missing/").toUri().toURL()}, new JustTheApi())) {
            assertThat(scan.annotated(loader)).isEmpty();
        }
    }

    @Test
    void theTestsOwnClassPathIsSearched() throws IOException {
        assertThat(scan.annotated(null)).contains(Marked.class);
    }

    @Test
    void aLoaderThatDoesNotTellItsPlacesIsNamed() throws IOException {
        class Silent extends ClassLoader {}
        assertThatThrownBy(() -> scan.annotated(new Silent()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Silent.class.getName())
                .hasMessageContaining("latchkey.enforcedElsewhere=*");
        settings.setEnforcedElsewhere("*");
        assertThat(scan.annotated(new Silent())).isEmpty();
    }
}
