package dev.latchkey.impersonation.subject;

import java.security.cert.Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells credentials apart without keeping them.
 *
 * <p>By what they are, where that is known: a ticket-granting ticket by the logon that it stems from, which stays when it
 * is renewed or forwarded; a certificate by its content. All others are alike only if they are one and the same object.
 * Immutable; any thread.
 *
 * @param kind the credential's class
 * @param value what tells it from others of its kind: its number, or what is public of it
 * @param proves whether two Subjects that hold it are of one logon
 */
record CredentialKey(String kind, Object value, boolean proves) {
    private static final AtomicLong NEXT = new AtomicLong();
    private static final ByIdentity<Object, Long> NUMBERS = new ByIdentity<>();

    /** @param others what the Subject holds besides: a GSSCredential may be of the logon of a ticket */
    static CredentialKey of(Object credential, List<Object> others) {
        String kind = credential.getClass().getName();
        Object logon = KerberosCredentials.logon(credential, others);
        if (logon != null) {
            return new CredentialKey(kind, logon, true);
        }
        if (credential instanceof Certificate certificate) {
            return new CredentialKey(kind, certificate, false);
        }
        return new CredentialKey(kind, number(credential), KerberosCredentials.isGss(credential));
    }

    /**
     * {@return all keys that these go by: what is added to a Subject may prove a logon, of which another credential then
     * is too}
     */
    static Set<CredentialKey> allOf(List<Object> credentials) {
        Set<CredentialKey> all = new HashSet<>();
        for (Object credential : credentials) {
            all.add(of(credential, credentials));
            all.add(of(credential, List.of()));
        }
        return all;
    }

    private static Long number(Object credential) {
        @Nullable Long known = NUMBERS.get(credential);
        return known == null ? NUMBERS.putIfAbsent(credential, NEXT.incrementAndGet()) : known;
    }
}
