package dev.latchkey.it.home;

import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Jetty 12.0 and Weld 5. */
class Callers120IT extends CallersOnEach {
    Callers120IT() {
        super("12.0", "ee10");
    }

    @Override
    WebArchive weld(String name) {
        return CdiWar.withWeld5(name);
    }
}
