package dev.latchkey.it.http3;

import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jboss.shrinkwrap.api.GenericArchive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.Asset;
import org.jboss.shrinkwrap.api.asset.ByteArrayAsset;
import org.jboss.shrinkwrap.api.asset.FileAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;

/** What {@code src-it/http3-parts} has made: the library of Jetty's HTTP/3, and a client. Static. */
final class Http3Parts {
    private Http3Parts() {}

    /** {@return the client's Python} */
    static Path python() {
        return part("client/bin/python");
    }

    private static Path part(String name) {
        Path cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".cache"));
        Path part = cache.resolve("latchkey/http3").resolve(name);
        return TestPrograms.require(
                part + ", which src-it/http3-parts makes", Optional.of(part).filter(Files::exists));
    }

    /** {@return the two jars that Jetty's modules quiche and jna look for, as a zip to lay over a base} */
    static Path overlay(Path directory) {
        String platform = System.getProperty("os.arch").equals("aarch64") ? "linux-aarch64" : "linux-x86-64";
        JavaArchive library = ShrinkWrap.create(JavaArchive.class)
                .addAsResource(part("libquiche.so").toFile(), platform + "/libquiche.so");
        Asset jar = new ByteArrayAsset(library.as(ZipExporter.class).exportAsInputStream());
        Path zip = directory.resolve("http3.zip");
        ShrinkWrap.create(GenericArchive.class)
                .add(jar, "lib/quiche/jetty-quiche-native-" + version("quiche", "jetty-quiche-native") + ".jar")
                .add(
                        new FileAsset(ServerParts.part("jna.jar").toFile()),
                        "lib/jna-jpms-" + version("jna", "jna") + ".jar")
                .as(ZipExporter.class)
                .exportTo(zip.toFile(), true);
        return zip;
    }

    /** {@return the version of a library that one of Jetty's modules names} */
    private static String version(String module, String library) {
        Pattern line = Pattern.compile(Pattern.quote(library) + "\\.version\\?=(\\S+)");
        try (ZipFile home = new ZipFile(ServerParts.part("jetty-home-12.1.zip").toFile())) {
            ZipEntry file = home.stream()
                    .filter(entry -> entry.getName().endsWith("/modules/" + module + ".mod"))
                    .findFirst()
                    .orElseThrow();
            String text = new String(home.getInputStream(file).readAllBytes(), StandardCharsets.UTF_8);
            return line.matcher(text)
                    .results()
                    .findFirst()
                    .map(found -> found.group(1))
                    .orElseThrow(() -> new IllegalStateException(file + " names no version of " + library));
        } catch (IOException x) {
            throw new UncheckedIOException(x);
        }
    }

    /** {@return the client's command, up to its requests} */
    static List<String> client(int port, String host) {
        Path sources = ServerParts.root().resolve("src-it/tests/src/test/http3");
        return List.of(
                python().toString(),
                sources.resolve("client.py").toString(),
                ServerParts.pki().resolve("ca.pem").toString(),
                String.valueOf(port),
                host.toLowerCase(Locale.ROOT));
    }
}
