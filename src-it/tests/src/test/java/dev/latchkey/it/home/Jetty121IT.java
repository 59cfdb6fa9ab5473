package dev.latchkey.it.home;

/** Jetty 12.1. */
class Jetty121IT extends EachEnvironment {
    Jetty121IT() {
        super("12.1", "ee9", "ee10", "ee11");
    }
}
