package dev.latchkey.it.home;

/** Jetty 12.0. */
class Declarative120IT extends DeclarativeOnEach {
    Declarative120IT() {
        super("12.0", "ee9", "ee10");
    }
}
