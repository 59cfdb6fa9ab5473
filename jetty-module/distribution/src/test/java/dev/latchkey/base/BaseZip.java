package dev.latchkey.base;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The zip that the build made, in memory. Immutable. */
final class BaseZip {
    private final Map<String, byte[]> files;

    private BaseZip(Map<String, byte[]> files) {
        this.files = files;
    }

    static BaseZip open() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipFile file = new ZipFile(System.getProperty("latchkey.base.zip"))) {
            for (ZipEntry entry : file.stream().filter(e -> !e.isDirectory()).toList()) {
                files.put(entry.getName(), file.getInputStream(entry).readAllBytes());
            }
        }
        return new BaseZip(files);
    }

    /** {@return the names of its files} */
    Set<String> names() {
        return files.keySet();
    }

    /** {@return a module of its own} */
    ModuleFile module(String name) {
        return new ModuleFile(text("modules/" + name + ".mod"));
    }

    /** {@return a file of it as text} */
    String text(String name) {
        return new String(bytes(name), UTF_8);
    }

    /** {@return the names of the classes in the jar of an artifact} */
    Set<String> classesIn(String artifact) {
        String name = files.keySet().stream()
                .filter(file -> file.contains("/" + artifact + "-"))
                .findFirst()
                .orElseThrow();
        Set<String> classes = new TreeSet<>();
        try (JarInputStream jar = new JarInputStream(new ByteArrayInputStream(bytes(name)))) {
            for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    classes.add(entry.getName().replace('/', '.').replaceFirst("\\.class$", ""));
                }
            }
        } catch (IOException x) {
            throw new IllegalStateException(name, x);
        }
        return classes;
    }

    private byte[] bytes(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new IllegalStateException("the zip has no " + name);
        }
        return bytes;
    }
}
