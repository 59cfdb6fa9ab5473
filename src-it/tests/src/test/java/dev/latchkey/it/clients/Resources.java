package dev.latchkey.it.clients;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The clients that are scripts or sources. Each takes {@code PORT TLS METHOD PATH CA [CERTIFICATE KEY]}, sends the two
 * requests on one connection and prints the answers as they came; where the second does not come, it says why on
 * standard error. Static.
 */
final class Resources {
    private Resources() {}

    /** {@return a resource as a file in a directory} */
    static Path copy(String name, Path directory) throws IOException {
        try (InputStream in = Resources.class.getResourceAsStream("/clients/" + name)) {
            if (in == null) {
                throw new FileNotFoundException("No resource clients/" + name);
            }
            Path file = Files.createDirectories(directory).resolve(name);
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        }
    }

    static List<String> arguments(Ask ask) {
        List<String> common = List.of(
                String.valueOf(ask.port()),
                ask.tls(),
                ask.method(),
                ask.path(),
                ask.authority().toString());
        return ask.hasCertificate()
                ? List.of(
                        common.get(0),
                        common.get(1),
                        common.get(2),
                        common.get(3),
                        common.get(4),
                        ask.certificate().toString(),
                        ask.key().toString())
                : common;
    }
}
