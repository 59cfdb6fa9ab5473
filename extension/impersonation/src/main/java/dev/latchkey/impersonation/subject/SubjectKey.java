package dev.latchkey.impersonation.subject;

import java.security.Principal;
import java.util.Collection;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.security.auth.Subject;

/**
 * Tells Subjects apart by what they were at capture: the names of their principals, and the kinds of their credentials.
 *
 * <p>A Subject's own {@code equals} and {@code hashCode} read its credentials and change when a ticket is cached in it.
 *
 * @param principals class and name of each
 * @param credentials the class of each
 */
record SubjectKey(Set<String> principals, Set<String> credentials) {

    static SubjectKey of(Subject subject) {
        Set<String> kinds = describe(subject.getPrivateCredentials(), SubjectKey::kind);
        kinds.addAll(describe(subject.getPublicCredentials(), SubjectKey::kind));
        Set<String> names = describe(subject.getPrincipals(), SubjectKey::name);
        return new SubjectKey(Set.copyOf(names), Set.copyOf(kinds));
    }

    private static String name(Principal principal) {
        return principal.getClass().getName() + ":" + principal.getName();
    }

    private static String kind(Object credential) {
        return credential.getClass().getName();
    }

    /** Others may add to a Subject while we read; its sets let one in at a time. */
    private static <E> Set<String> describe(Collection<E> elements, Function<? super E, String> text) {
        synchronized (elements) {
            return elements.stream().map(text).collect(Collectors.toSet());
        }
    }

    /** {@return whether a Subject that is now {@code later} has lost nothing since} */
    boolean stillHolds(SubjectKey later) {
        return principals.equals(later.principals) && later.credentials.containsAll(credentials);
    }

    /** {@return the principals; credentials are not even hinted at} */
    @Override
    public String toString() {
        return principals.toString();
    }
}
