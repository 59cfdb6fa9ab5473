package dev.latchkey.jetty;

/**
 * A proof that a rule has judged, under the trust that it was judged under. Immutable.
 *
 * @param judgements of the proof under that trust
 * @param rule which judged
 * @param verdict what it said
 */
record Judged(Judgements judgements, Rule rule, Verdict verdict) {
    Proof proof() {
        return judgements.proof();
    }

    boolean isAccepted() {
        return verdict.isAccepted();
    }
}
