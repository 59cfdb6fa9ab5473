package dev.latchkey.it.home;

/** Jetty 12.1. */
class OpenSslJetty121IT extends OpenSslEachJetty {
    OpenSslJetty121IT() {
        super("12.1");
    }
}
