package dev.latchkey.container;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * An unpacked jetty-home, from which any number of servers are started.
 *
 * <p>Immutable; any thread may use it, also several processes for the same zip.
 */
public final class JettyHome {
    private final Path directory;
    private final String version;

    private JettyHome(Path directory) throws IOException {
        this.directory = directory;
        this.version = readVersion(directory);
    }

    /**
     * Takes an unpacked jetty-home, or unpacks a zip beside itself, once.
     *
     * @param place the directory that holds {@code start.jar}, or the zip as Maven Central has it
     * @return the jetty-home
     * @throws IOException if there is none, or it cannot be unpacked
     */
    public static JettyHome at(Path place) throws IOException {
        Path absolute = place.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return new JettyHome(absolute);
        }
        if (!Files.isRegularFile(absolute)) {
            throw new IOException("No jetty-home at " + absolute + ": give its directory, or its zip");
        }
        String name = absolute.getFileName().toString();
        Path unpacked =
                absolute.resolveSibling(name.endsWith(".zip") ? name.substring(0, name.length() - 4) : name + ".d");
        if (!Files.exists(unpacked)) {
            unpack(absolute, unpacked);
        }
        return new JettyHome(unpacked);
    }

    /** {@return a description of a server, with its JETTY_BASE at this place, which is empty or not there yet} */
    public JettyBase base(Path base) {
        return new JettyBase(this, base.toAbsolutePath().normalize());
    }

    /** {@return the directory that holds {@code start.jar}} */
    public Path directory() {
        return directory;
    }

    /** {@return the version, such as {@code 12.1.12}} */
    public String version() {
        return version;
    }

    /** {@return whether this version has the module, such as {@code ee11-deploy}} */
    public boolean hasModule(String module) {
        return Files.isRegularFile(directory.resolve("modules").resolve(module + ".mod"));
    }

    Path startJar() {
        return directory.resolve("start.jar");
    }

    private static void unpack(Path zip, Path place) throws IOException {
        // Unpacked aside and moved, so that nobody sees half of it; whoever comes second throws away its own copy.
        Path aside = Files.createTempDirectory(place.getParent(), "unpacking-");
        try {
            Zips.unpack(zip, aside);
            Path inner = onlyDirectoryIn(aside, zip);
            Files.move(inner, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.exists(place)) {
                throw e;
            }
        } finally {
            Zips.delete(aside);
        }
    }

    private static Path onlyDirectoryIn(Path aside, Path zip) throws IOException {
        try (Stream<Path> inside = Files.list(aside)) {
            List<Path> all = inside.toList();
            if (all.size() != 1 || !Files.isDirectory(all.get(0))) {
                throw new IOException(zip + " is no jetty-home: it has not one directory at its top");
            }
            return all.get(0);
        }
    }

    private static String readVersion(Path directory) throws IOException {
        if (!Files.isRegularFile(directory.resolve("start.jar"))) {
            throw new IOException("No start.jar in " + directory + ": that is no jetty-home");
        }
        try (Stream<Path> jars = Files.list(directory.resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith("jetty-server-") && name.endsWith(".jar"))
                    .map(name -> name.substring("jetty-server-".length(), name.length() - ".jar".length()))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No jetty-server jar in the lib of " + directory));
        }
    }

    /** {@return version and place} */
    @Override
    public String toString() {
        return "jetty-home " + version + " at " + directory;
    }
}
