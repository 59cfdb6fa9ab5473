package dev.latchkey.it.home;

import dev.latchkey.it.home.guarded.WhoServlet;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A web application with {@code CLIENT-CERT} in its web.xml and annotations on servlets. Static. */
final class GuardedWar {
    private GuardedWar() {}

    /** {@return the file, written to a directory} */
    static Path in(Path directory) {
        return write(
                ShrinkWrap.create(WebArchive.class, "guarded.war")
                        .addPackage(WhoServlet.class.getPackage())
                        .setWebXML("guarded/web.xml"),
                directory);
    }

    /** {@return an application of some classes and no web.xml} */
    static Path of(Path directory, String name, Class<?>... classes) {
        return write(ShrinkWrap.create(WebArchive.class, name).addClasses(classes), directory);
    }

    /** {@return an archive, written to a directory} */
    static Path write(WebArchive archive, Path directory) {
        Path file = directory.resolve(archive.getName());
        archive.as(ZipExporter.class).exportTo(file.toFile(), true);
        return file;
    }
}
