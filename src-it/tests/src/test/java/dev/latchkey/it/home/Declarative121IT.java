package dev.latchkey.it.home;

/** Jetty 12.1. */
class Declarative121IT extends DeclarativeOnEach {
    Declarative121IT() {
        super("12.1", "ee9", "ee10", "ee11");
    }
}
