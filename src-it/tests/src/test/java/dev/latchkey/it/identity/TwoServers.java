package dev.latchkey.it.identity;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.http.NegotiateException;
import dev.latchkey.impersonation.http.Negotiation;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import dev.latchkey.jetty.spnego.DelegatedCredentialLoginService;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.Kdc;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.server.Request;

/**
 * A server that users log in to by Kerberos, and a second one that it asks in their name on a thread of a pool. The second
 * says whom it sees.
 */
final class TwoServers implements AutoCloseable {
    private final Kdc kdc;
    private final ImpersonatingExecutorService pool = Identities.flow().newFixedThreadPool(2, "hop-");
    private final SpnegoServer back;
    private final SpnegoServer front;

    TwoServers(Kdc kdc, boolean constrainedDelegation) throws Exception {
        this.kdc = kdc;
        kdc.useInThisJvm();
        back = SpnegoServer.whoAmI(kdc, Kdc.BACK, Seen.BY_REQUEST);
        DelegatedCredentialLoginService login = SpnegoServer.login(kdc, Kdc.FRONT);
        login.setConstrainedDelegation(constrainedDelegation);
        front = SpnegoServer.start(Kdc.FRONT, login, Seen.BY_REQUEST, this::askTheSecond);
    }

    /** What an application of the first server does: it says what the second said, and on which thread it asked. */
    private String askTheSecond(Request request, UserIdentity user) {
        Caller.Kind kind = Caller.Kind.valueOf(request.getHttpURI().getPath().substring(1));
        Negotiation negotiation = Negotiation.builder().allow(back.origin()).build();
        try (Caller caller = kind.with(negotiation);
                Identity identity = Identities.flow().of(SubjectIdentity.part(user.getSubject()))) {
            return identity.call(() ->
                            pool.submit(() -> Thread.currentThread().getName() + " " + caller.get(back.origin() + "/")))
                    .get();
        } catch (Exception e) {
            return reason(e);
        }
    }

    private static String reason(Exception failure) {
        return Stream.iterate((Throwable) failure, Objects::nonNull, Throwable::getCause)
                .filter(NegotiateException.class::isInstance)
                .map(x -> ((NegotiateException) x).failure().name())
                .findFirst()
                .orElse(failure.toString());
    }

    ImpersonatingExecutorService pool() {
        return pool;
    }

    /** {@return what curl gets from the first server as a user} */
    String curl(String user, Caller.Kind kind, String delegation) throws IOException {
        return curl(kdc, user, front.origin() + "/" + kind, delegation);
    }

    /** {@return what curl gets as a user that logs in by Kerberos, and delegates or not: {@code always}, {@code none}} */
    static String curl(Kdc kdc, String user, String uri, String delegation) throws IOException {
        ProcessBuilder curl = new ProcessBuilder(TestPrograms.require("curl").toString());
        curl.command().addAll(List.of("-sS", "--max-time", "30", "--negotiate", "-u", ":"));
        curl.command().addAll(List.of("--delegation", delegation, uri));
        curl.environment().putAll(kdc.clientEnvironment(kdc.ticketCache(user)));
        ProgramResult result = TestPrograms.run(curl, Duration.ofSeconds(40), new byte[0]);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
        return result.out();
    }

    @Override
    public void close() throws Exception {
        front.close();
        back.close();
        pool.shutdownNow();
    }
}
