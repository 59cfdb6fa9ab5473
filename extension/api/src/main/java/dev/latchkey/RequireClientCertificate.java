package dev.latchkey;

import dev.latchkey.NegotiationOptions.Presence;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for the client's certificate before what it stands on is run, and does not run it if that fails.
 *
 * <pre>{@code
 * @RequireClientCertificate
 * @WebServlet("/admin")
 * public class Admin extends HttpServlet { ... }
 * }</pre>
 *
 * <p>On a <em>servlet's class</em> (or a superclass of it) it guards each way to the servlet: requests, forwards,
 * includes, named and asynchronous dispatches. On the class of a <em>CDI bean</em>, or on a method of it, it guards calls
 * from other beans while a request is being served; that needs {@code latchkey-cdi} in {@code WEB-INF/lib}. Anywhere else
 * nothing would enforce it, nor on a servlet that is not registered and that other code makes and calls: such an
 * application does not start, embedded or deployed, and the log says which class it is;
 * nor does one whose class path cannot be searched for such classes. A framework's controllers can be guarded by an
 * interceptor that calls {@link ClientCertificateGuard}; the property {@code latchkey.enforcedElsewhere} names them.
 *
 * <p>A refusal is a {@link NegotiationException}, which a servlet's client sees as a status and the reason.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RequireClientCertificate {
    /**
     * {@return whether a certificate is needed, the default, or only wanted}
     *
     * <p>Wanted, a client without one is let pass, as is one that cannot be asked; one whose certificate is not trusted
     * is not.
     */
    Presence value() default Presence.NEED;

    /** {@return the status of a refusal, a 4xx; 0, the default, for the reason's own} */
    int status() default 0;
}
