package dev.latchkey.it.home;

/** Jetty 12.0. */
class Jetty120IT extends EachEnvironment {
    Jetty120IT() {
        super("12.0", "ee9", "ee10");
    }
}
