package dev.latchkey.it.home;

import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Jetty 12.1 and Weld 6. */
class Callers121IT extends CallersOnEach {
    Callers121IT() {
        super("12.1", "ee11");
    }

    @Override
    WebArchive weld(String name) {
        return CdiWar.withWeld6(name);
    }
}
