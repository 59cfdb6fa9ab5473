package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletRequest;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is, and for which principal that was found out: one a request, for all its dispatches.
 *
 * <p>It owns the identities that it was given, to the request's end. Changed by the thread that serves the request; read
 * by any.
 */
final class Decision {
    private static final String ATTRIBUTE = "dev.latchkey.impersonation.identity";

    private final Caller caller;
    private final List<Identity> owned = new ArrayList<>(1);
    private volatile Identity identity;
    private volatile @Nullable Principal principal;

    Decision(Caller caller) {
        this.caller = caller;
        identity = caller.flow().none();
    }

    /** {@return what was decided of this request, or null if nothing has been yet} */
    static @Nullable Decision of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Decision known ? known : null;
    }

    void putOn(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    void takeFrom(ServletRequest request) {
        request.removeAttribute(ATTRIBUTE);
    }

    /** Takes over the identity of a principal; "no identity" if null. */
    void become(@Nullable Identity found, @Nullable Principal whose) {
        if (found != null) {
            synchronized (owned) {
                owned.add(found);
            }
        }
        identity = found == null ? caller.flow().none() : found;
        principal = whose;
    }

    Caller caller() {
        return caller;
    }

    Identity identity() {
        return identity;
    }

    /** {@return the principal, or null for none} */
    @Nullable
    Principal principal() {
        return principal;
    }

    /**
     * {@return whether it holds where the request has this principal now}
     *
     * <p>A filter may hide a principal, or wrap it; another's it has by another name.
     */
    boolean covers(@Nullable Principal now) {
        Principal decided = principal;
        return now == null || (decided != null && Objects.equals(decided.getName(), now.getName()));
    }

    /** {@return what the container answers, asked as the container: what it writes meanwhile is its own} */
    <T> T asContainer(Supplier<T> container) {
        try {
            return caller.flow().none().<T>call(container::get);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            // A Supplier throws none, but the language lets it.
            throw new IllegalStateException(e);
        }
    }

    /** Gives all identities back; twice does no harm. */
    void close() {
        synchronized (owned) {
            owned.forEach(Identity::close);
        }
    }
}
