package dev.latchkey.impersonation.subject;

import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.security.auth.Destroyable;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/** A Subject's credentials, and what may have become of them. Static; any thread. */
final class Credentials {
    private Credentials() {}

    /** {@return the private and the public ones, without tickets for services} */
    static List<Object> of(Subject subject) {
        List<Object> found = new ArrayList<>();
        take(subject.getPrivateCredentials(), found);
        take(subject.getPublicCredentials(), found);
        return found;
    }

    /** {@return the principals; others may add to a Subject meanwhile, and its sets let one in at a time} */
    static List<Principal> principalsOf(Subject subject) {
        Set<Principal> principals = subject.getPrincipals();
        synchronized (principals) {
            return new ArrayList<>(principals);
        }
    }

    private static void take(Set<Object> credentials, List<Object> found) {
        synchronized (credentials) {
            for (Object credential : credentials) {
                if (!KerberosCredentials.isOfService(credential)) {
                    found.add(credential);
                }
            }
        }
    }

    static boolean isCertificateOfName(Object credential, Subject subject) {
        return credential instanceof X509Certificate certificate
                && !certificate.getSubjectX500Principal().getName().isEmpty()
                && principalsOf(subject).contains(certificate.getSubjectX500Principal());
    }

    /** {@return why the Subject can no longer act with one that it holds, or null} */
    static @Nullable String ended(Object credential, Subject subject) {
        if (credential instanceof Destroyable destroyable && destroyable.isDestroyed()) {
            return "a credential was destroyed";
        }
        if (isCertificateOfName(credential, subject)) {
            Instant end = ((X509Certificate) credential).getNotAfter().toInstant();
            return end.isBefore(Instant.now()) ? "its certificate ended at " + end : null;
        }
        return KerberosCredentials.ended(credential);
    }
}
