package dev.latchkey.it.home;

import java.nio.file.Path;
import org.jboss.shrinkwrap.api.GenericArchive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/** The users of jetty-home's own module {@code demo-realm}, as a zip to lay over a base. Static. */
final class Realm {
    private Realm() {}

    /** {@return the zip, written to a directory} */
    static Path in(Path directory, String properties) {
        Path zip = directory.resolve("realm.zip");
        ShrinkWrap.create(GenericArchive.class, "realm.zip")
                .add(new StringAsset(properties), "etc/jetty-demo-realm.properties")
                .as(ZipExporter.class)
                .exportTo(zip.toFile(), true);
        return zip;
    }
}
