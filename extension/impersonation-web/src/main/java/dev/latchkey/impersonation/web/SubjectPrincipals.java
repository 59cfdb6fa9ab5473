package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.security.Principal;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Takes the Subject of a principal that has one, such as that of Latchkey's Kerberos login, by its public method
 * {@code Subject getSubject()}: a server's own classes cannot be named in an application. Any thread.
 */
final class SubjectPrincipals implements CallerIdentities {
    @Override
    public @Nullable Identity of(HttpServletRequest request, IdentityFlow flow) {
        Principal principal = request.getUserPrincipal();
        Subject subject = principal == null ? null : subject(principal);
        return subject == null ? null : flow.of(SubjectIdentity.part(subject));
    }

    /** {@return its Subject; null if it has none} */
    static @Nullable Subject subject(Principal principal) {
        if (!Modifier.isPublic(principal.getClass().getModifiers())) {
            return null;
        }
        try {
            Method getter = principal.getClass().getMethod("getSubject");
            return Subject.class.isAssignableFrom(getter.getReturnType()) ? (Subject) getter.invoke(principal) : null;
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("The principal's Subject could not be had", e);
        }
    }
}
