package dev.latchkey.it.home;

/** Jetty 12.0. */
class OpenSslJetty120IT extends OpenSslEachJetty {
    OpenSslJetty120IT() {
        super("12.0");
    }
}
