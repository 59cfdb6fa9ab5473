package dev.latchkey.cdi;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;

/**
 * Stops the deployment where the server lacks the API. Without this, a container leaves out each class that names the
 * API with a warning at most, and the application runs with fields that nobody set. Called once, by the container.
 */
public class ApiPresenceCheck implements Extension {
    private static final String API = "dev.latchkey.ClientCertificates";

    void check(@Observes BeforeBeanDiscovery discovery) {
        check(ApiPresenceCheck.class.getClassLoader());
    }

    static void check(ClassLoader loader) {
        try {
            Class.forName(API, false, loader);
        } catch (ClassNotFoundException x) {
            throw new DefinitionException(
                    "latchkey-cdi is in this web application, but the server does not have " + API
                            + ": enable Jetty's module latchkey (start.jar --add-modules=latchkey)",
                    x);
        }
    }
}
