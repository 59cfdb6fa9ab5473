package dev.latchkey.container;

import dev.latchkey.testkit.DemoPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Makes the certificates before any test, and has this JVM trust them; Arquillian calls its tests over https. */
public class PkiSessionListener implements LauncherSessionListener {
    static final Path PKI = Path.of(System.getProperty("latchkey.target"), "pki");

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        try {
            DemoPki.write(PKI);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty(
                "javax.net.ssl.trustStore", PKI.resolve("truststore.p12").toString());
        System.setProperty("javax.net.ssl.trustStorePassword", DemoPki.PASSWORD);
    }
}
