package dev.latchkey.it.home;

import dev.latchkey.it.ServerParts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.Filters;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The small web application with Latchkey's CDI extension and a Weld; without any beans.xml of its own. Static. */
final class CdiWar {
    private CdiWar() {}

    /** {@return it with the very jars that the step-up example has} */
    static WebArchive withWeld5(String name) {
        WebArchive example = ShrinkWrap.create(ZipImporter.class, "step-up.war")
                .importFrom(ServerParts.part("step-up.war").toFile())
                .as(WebArchive.class);
        WebArchive war = SmallWar.archive(name);
        example.getContent(Filters.include("/WEB-INF/lib/.*\\.jar"))
                .forEach((path, node) -> war.add(node.getAsset(), path));
        return war;
    }

    /** {@return it with Weld 6 and the same extension} */
    static WebArchive withWeld6(String name) {
        WebArchive war = SmallWar.archive(name)
                .addAsLibrary(ServerParts.part("latchkey-cdi.jar").toFile());
        try (Stream<Path> jars = Files.list(ServerParts.part("weld-6"))) {
            jars.map(Path::toFile).filter(CdiWar::isJar).forEach(war::addAsLibrary);
            return war;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isJar(File file) {
        return file.getName().toLowerCase(Locale.ROOT).endsWith(".jar");
    }
}
