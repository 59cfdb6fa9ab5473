package dev.latchkey.testkit.kerberos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs of one Kerberos, unpacked by {@code src-it/kdc-packages} and not installed.
 *
 * <p>Immutable; any thread may use it.
 */
public final class KerberosPrograms {
    /**
     * The system property that names the folder into which they were unpacked; by default {@code latchkey/kdc} in
     * {@code XDG_CACHE_HOME}, else in {@code ~/.cache}.
     */
    public static final String PROPERTY = "latchkey.kdc";

    private final Path root;

    private KerberosPrograms(Path root) {
        this.root = root;
    }

    /** {@return MIT's, if they are there} */
    public static Optional<KerberosPrograms> mit() {
        return find("mit");
    }

    /** {@return Heimdal's, if they are there} */
    public static Optional<KerberosPrograms> heimdal() {
        return find("heimdal");
    }

    private static Optional<KerberosPrograms> find(String which) {
        return Optional.of(folder().resolve(which))
                .filter(folder -> Files.exists(folder.resolve("complete")))
                .map(KerberosPrograms::new);
    }

    /** Where the script puts them. */
    private static Path folder() {
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            return Path.of(named).toAbsolutePath();
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path caches =
                cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return caches.resolve("latchkey").resolve("kdc");
    }

    /** {@return a program of theirs, by its path from the root, such as {@code usr/sbin/krb5kdc}} */
    String program(String path) {
        return root.resolve(path).toString();
    }

    /** {@return folders that hold plug-ins of theirs, below each folder of libraries} */
    Path plugins() {
        return libraries().stream()
                .map(each -> each.resolve("krb5").resolve("plugins"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(root);
    }

    /** Lets a child process find their libraries. */
    void putLibraries(Map<String, String> environment) {
        environment.put(
                "LD_LIBRARY_PATH",
                libraries().stream()
                        .flatMap(each -> Stream.of(each, each.resolve("heimdal")))
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)));
    }

    /** The folders of libraries, whatever this machine's architecture calls them. */
    private List<Path> libraries() {
        return Stream.of("usr/lib", "lib")
                .map(root::resolve)
                .flatMap(this::architectures)
                .toList();
    }

    private Stream<Path> architectures(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(each -> each.getFileName().toString().contains("-linux-")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
