package dev.latchkey.it.home;

/** Jetty 12.0. */
class GuardedPaths120IT extends GuardedPathsOnEach {
    GuardedPaths120IT() {
        super("12.0", "ee9", "ee10");
    }
}
