package dev.latchkey.testkit;

import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one connection's handshakes asked of its client. Any thread. */
final class HandshakeWitness {
    private boolean serverChecked;
    private int asked;
    private List<String> authorities = List.of();

    synchronized void serverChecked() {
        serverChecked = true;
    }

    synchronized void asked(Principal[] issuers) {
        asked++;
        authorities =
                new ArrayList<>(Arrays.stream(issuers).map(Principal::getName).toList());
    }

    /** {@return whether the server showed a certificate; in a resumed session it does not} */
    synchronized boolean hasCheckedServer() {
        return serverChecked;
    }

    synchronized int timesAsked() {
        return asked;
    }

    synchronized List<String> authorities() {
        return List.copyOf(authorities);
    }
}
