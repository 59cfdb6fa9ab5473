package dev.latchkey.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Unpacks zip files, refusing entries that would land outside, and deletes what was unpacked. */
final class Zips {
    private Zips() {}

    static void unpack(Path zip, Path dir) throws IOException {
        Path root = dir.toAbsolutePath().normalize();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                Path place = root.resolve(entry.getName()).normalize();
                if (!place.startsWith(root)) {
                    throw new IOException("The entry " + entry.getName() + " of " + zip + " points outside");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(place);
                } else {
                    createParent(place);
                    try (InputStream in = file.getInputStream(entry)) {
                        Files.copy(in, place, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        }
    }

    static void delete(Path dir) throws IOException {
        if (Files.exists(dir)) {
            try (Stream<Path> all = Files.walk(dir)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    static void createParent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }
}
