package dev.latchkey.jetty;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the class files at one place of a class path: a directory, a jar, a jar or a directory inside a jar. Static; any
 * thread.
 */
final class ClassFiles {
    private static final String CLASS = ".class";
    private static final String VERSIONS = "META-INF/versions/";

    /** Whose classes are not the application's, and most of what a server has: its start does not wait for these. */
    private static final String[] CONTAINERS = {"org/eclipse/jetty/", "jakarta/", "javax/", "org/slf4j/"};

    private ClassFiles() {}

    /**
     * Reads them.
     *
     * @param place as a URLClassLoader has it
     * @param reader gets a class's name, and the bytes of the file
     * @return what the place itself puts on the class path: the Class-Path of a jar's manifest
     * @throws IOException if there is something that cannot be read
     */
    static List<URL> read(URL place, BiConsumer<String, byte[]> reader) throws IOException {
        try {
            if (place.getProtocol().equals("file")) {
                return file(Path.of(URI.create(place.toString().replace(" ", "%20"))), place, reader);
            }
            URLConnection connection = place.openConnection();
            connection.setUseCaches(false);
            if (connection instanceof JarURLConnection inside
                    && place.toString().endsWith("/")) {
                inside(inside, reader);
                return List.of();
            }
            try (InputStream in = connection.getInputStream()) {
                stream(in, reader);
            }
            return List.of();
        } catch (ZipException noArchive) {
            return List.of(); // and so no class is loaded from it
        } catch (IOException | RuntimeException x) {
            throw new IOException("cannot read " + place + " (" + x + ")", x);
        }
    }

    private static void inside(JarURLConnection place, BiConsumer<String, byte[]> reader) throws IOException {
        String below = place.getEntryName();
        URL whole = new URL("jar:" + place.getJarFileURL() + "!/");
        // A directory in a jar need not have an entry of its own.
        URLConnection connection = below == null ? place : whole.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = ((JarURLConnection) connection).getJarFile()) {
            jar(jar, below == null ? "" : below, reader);
        }
    }

    private static List<URL> file(Path file, URL place, BiConsumer<String, byte[]> reader) throws IOException {
        if (Files.isDirectory(file)) {
            try (Stream<Path> all = Files.walk(file)) {
                for (Path each : (Iterable<Path>) all::iterator) {
                    String name = file.relativize(each).toString().replace(File.separatorChar, '/');
                    if (isWanted(name) && Files.isRegularFile(each)) {
                        take(name, Files.readAllBytes(each), reader);
                    }
                }
            }
            return List.of();
        }
        if (!Files.isRegularFile(file)) {
            return List.of(); // a class path may name what is not there
        }
        try (JarFile jar = new JarFile(file.toFile(), false)) { // signatures are for who runs the code
            jar(jar, "", reader);
            return classPath(jar.getManifest(), place);
        }
    }

    private static void jar(JarFile jar, String below, BiConsumer<String, byte[]> reader) throws IOException {
        for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
            JarEntry entry = all.nextElement();
            String name = entry.getName();
            if (name.startsWith(below) && isWanted(name.substring(below.length()))) {
                try (InputStream in = jar.getInputStream(entry)) {
                    take(name.substring(below.length()), in.readAllBytes(), reader);
                }
            }
        }
    }

    private static void stream(InputStream in, BiConsumer<String, byte[]> reader) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (isWanted(entry.getName())) {
                take(entry.getName(), zip.readAllBytes(), reader);
            }
        }
    }

    /** {@return whether a class, by its name, is Java's or one of those that are not read} */
    static boolean isOfContainer(String name) {
        String file = name.replace('.', '/');
        return file.startsWith("java/") || Arrays.stream(CONTAINERS).anyMatch(file::startsWith);
    }

    private static boolean isWanted(String file) {
        for (String container : CONTAINERS) {
            if (file.startsWith(container)) {
                return false;
            }
        }
        return file.endsWith(CLASS);
    }

    private static void take(String file, byte[] bytes, BiConsumer<String, byte[]> reader) {
        String name = file.startsWith(VERSIONS) ? file.substring(file.indexOf('/', VERSIONS.length()) + 1) : file;
        reader.accept(name.substring(0, name.length() - CLASS.length()).replace('/', '.'), bytes);
    }

    private static List<URL> classPath(@Nullable Manifest manifest, URL jar) throws MalformedURLException {
        String value = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        List<URL> places = new ArrayList<>();
        if (value != null) {
            for (String each : value.strip().split("\\s+")) {
                places.add(new URL(jar, each));
            }
        }
        return places;
    }
}
