package dev.latchkey.it.home;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.Servlet;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Classes that the tests' own class path cannot have, because what they use is of another Servlet version. Static. */
final class Compiled {
    private Compiled() {}

    /**
     * Compiles, against the annotation, the tests' Servlet API and the tests.
     *
     * @param directory where to
     * @param sources each class's name, and its source
     * @return the directory
     */
    static Path in(Path directory, String... sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "--release", "17", "-d", directory.toString()));
        arguments.add("-cp");
        arguments.add(Stream.of(RequireClientCertificate.class, Servlet.class, Compiled.class)
                .map(Compiled::place)
                .collect(Collectors.joining(File.pathSeparator)));
        for (int i = 0; i < sources.length; i += 2) {
            Path file = directory.resolve("src").resolve(sources[i].replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            arguments.add(Files.writeString(file, sources[i + 1]).toString());
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new IllegalStateException("does not compile: " + List.of(sources));
        }
        return directory;
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException x) {
            throw new IllegalStateException(x);
        }
    }
}
