package dev.latchkey.impersonation.subject;

import java.security.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Tells logons apart, by the Subjects that hold them.
 *
 * <p>A name is no logon: two realms give one name to two users, and one user logs on twice with different rights. So two
 * Subjects are of one logon only if all in them is alike and something in them proves it: a Kerberos name, which has its
 * realm in it, with the same ticket-granting ticket or none; the same GSSCredential; a certificate of the very name. Else
 * a Subject is like itself alone.
 *
 * <p>A Subject keeps its key for as long as it holds what it held, whatever is added: tickets are cached in it, and so its
 * own {@code equals} and {@code hashCode} change. Holds no credential and no principal. Immutable; any thread.
 *
 * @param principals all of them
 * @param credentials all but tickets for services, which are got with the others
 * @param own tells a Subject that nothing proves to be another's like; null where something does
 */
record SubjectKey(
        Set<PrincipalKey> principals,
        Set<CredentialKey> credentials,
        @Nullable Long own) {
    private static final AtomicLong NEXT = new AtomicLong();

    /** The keys of the Subjects that are there. */
    private static final ByIdentity<Subject, SubjectKey> KNOWN = new ByIdentity<>();

    /**
     * Tells principals apart without keeping them, since one may keep its Subject.
     *
     * @param name its class and its name
     * @param details what its class makes of the rest, such as a realm; differs for one and the same where the class
     *     makes nothing of it
     */
    record PrincipalKey(String name, String details) {
        static PrincipalKey of(Principal principal) {
            return new PrincipalKey(
                    principal.getClass().getName() + ":" + principal.getName(), principal.hashCode() + " " + principal);
        }
    }

    static SubjectKey of(Subject subject) {
        SubjectKey now = describe(subject);
        SubjectKey known = KNOWN.get(subject);
        if (known != null && known.stillHolds(now, CredentialKey.allOf(Credentials.of(subject)))) {
            return known;
        }
        KNOWN.put(subject, now);
        return now;
    }

    private static SubjectKey describe(Subject subject) {
        Set<PrincipalKey> principals = new HashSet<>();
        Set<CredentialKey> credentials = new HashSet<>();
        boolean proven = false;
        for (Principal principal : Credentials.principalsOf(subject)) {
            principals.add(PrincipalKey.of(principal));
            proven |= KerberosCredentials.isName(principal);
        }
        List<Object> held = Credentials.of(subject);
        for (Object credential : held) {
            CredentialKey key = CredentialKey.of(credential, held);
            credentials.add(key);
            proven |= key.proves() || Credentials.isCertificateOfName(credential, subject);
        }
        return new SubjectKey(Set.copyOf(principals), Set.copyOf(credentials), proven ? null : NEXT.incrementAndGet());
    }

    /** {@return whether a Subject that is now {@code later} has lost nothing since, and no name} */
    private boolean stillHolds(SubjectKey later, Set<CredentialKey> all) {
        return names().equals(later.names()) && all.containsAll(credentials);
    }

    private Set<String> names() {
        return principals.stream().map(PrincipalKey::name).collect(Collectors.toSet());
    }

    /** {@return the principals; credentials are not even hinted at} */
    @Override
    public String toString() {
        return names() + (own == null ? "" : " #" + own);
    }
}
