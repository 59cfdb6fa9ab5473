package dev.latchkey.it.home;

/** Jetty 12.1. */
class GuardedPaths121IT extends GuardedPathsOnEach {
    GuardedPaths121IT() {
        super("12.1", "ee9", "ee10", "ee11");
    }
}
