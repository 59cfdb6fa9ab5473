package dev.latchkey.it.tls;

import dev.latchkey.it.Lane;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.Tamper;
import dev.latchkey.testkit.TlsRecord;
import java.io.IOException;
import org.bouncycastle.tls.RenegotiationPolicy;

/** What a crafted client is to be like; each method returns this. */
final class CraftedRecipe {
    HeldCertificate[] certificates = {null};
    int policy = RenegotiationPolicy.ACCEPT;
    String firstName = "localhost";
    String secondName = "localhost";
    Tamper tamper = (type, message, wire) -> wire.record(TlsRecord.HANDSHAKE, message);
    int tamperFrom = 2;
    int[][] suites;
    String preface = "";

    CraftedRecipe certificate(HeldCertificate held) {
        return certificates(held);
    }

    /** What to show at the first question, the second and so on, the last one from then on; null for none. */
    CraftedRecipe certificates(HeldCertificate... inTurn) {
        certificates = inTurn;
        return this;
    }

    /** One of {@link RenegotiationPolicy}: accept, refuse with a warning, or ignore. */
    CraftedRecipe whenAsked(int renegotiationPolicy) {
        policy = renegotiationPolicy;
        return this;
    }

    /** The server names of the two handshakes; null for none. */
    CraftedRecipe serverNames(String first, String second) {
        firstName = first;
        secondName = second;
        return this;
    }

    /** The cipher suites of the first handshake, and of the others. */
    CraftedRecipe suites(int[] first, int[] others) {
        suites = new int[][] {first, others};
        return this;
    }

    /** What to send before TLS begins. */
    CraftedRecipe preface(String line) {
        preface = line;
        return this;
    }

    /** From the second ClientHello on; on TLS 1.3, the answers after the handshake. */
    CraftedRecipe tamper(Tamper how) {
        tamper = how;
        return this;
    }

    /** From the first ClientHello on. */
    CraftedRecipe tamperAll(Tamper how) {
        tamper = how;
        tamperFrom = 1;
        return this;
    }

    CraftedClient connect(int port) throws IOException {
        return Lane.current().isPostHandshake() ? new Crafted13(this, port) : new Crafted12(this, port);
    }
}
