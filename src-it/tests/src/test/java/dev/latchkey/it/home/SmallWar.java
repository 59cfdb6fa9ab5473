package dev.latchkey.it.home;

import dev.latchkey.it.ServerParts;
import dev.latchkey.it.home.war.AskServlet;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A web application of a few servlets that brings its own copy of the API, as one does by mistake. Static. */
final class SmallWar {
    private SmallWar() {}

    /** {@return the file, written to a directory} */
    static Path in(Path directory) {
        Path file = directory.resolve("small.war");
        archive("small.war").as(ZipExporter.class).exportTo(file.toFile(), true);
        return file;
    }

    /** {@return it in memory, to be added to} */
    static WebArchive archive(String name) {
        return ShrinkWrap.create(WebArchive.class, name)
                .addPackage(AskServlet.class.getPackage())
                .addAsLibrary(ServerParts.part("latchkey-api.jar").toFile());
    }
}
