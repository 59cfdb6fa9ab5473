package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import dev.latchkey.testkit.kerberos.MitKdc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The double hop: curl logs in to a server by Kerberos and delegates; the server asks a second one on a thread of a pool;
 * that one sees the user.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoubleHopIT {
    private Kdc kdc;
    private SpnegoServer back;
    private SpnegoServer front;
    private ImpersonatingExecutorService pool;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        kdc = MitKdc.start(dir, programs);
        kdc.useInThisJvm();
        pool = Identities.flow().newFixedThreadPool(2, "hop-");
        back = SpnegoServer.whoAmI(kdc, Kdc.BACK, Seen.BY_REQUEST);
        DelegatedCredentialLoginService login = SpnegoServer.login(kdc, Kdc.FRONT);
        front = SpnegoServer.start(Kdc.FRONT, login, Seen.BY_REQUEST, this::askTheBack);
    }

    @AfterAll
    void stop() throws Exception {
        if (front != null) {
            front.close();
        }
        if (back != null) {
            back.close();
        }
        if (pool != null) {
            pool.shutdownNow();
        }
        if (kdc != null) {
            kdc.close();
        }
    }

    /** What an application of the first server does: it says what the second said to the user's question. */
    private String askTheBack(Request request, UserIdentity user) {
        Caller.Kind kind = Caller.Kind.valueOf(request.getHttpURI().getPath().substring(1));
        Negotiation negotiation = Negotiation.builder().allow(back.origin()).build();
        Subject subject = user.getSubject();
        try (Caller caller = kind.with(negotiation);
                Identity identity = Identities.flow().of(SubjectIdentity.part(subject))) {
            return identity.call(() ->
                            pool.submit(() -> Thread.currentThread().getName() + " " + caller.get(back.origin() + "/")))
                    .get();
        } catch (Exception e) {
            return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                    .filter(NegotiateException.class::isInstance)
                    .map(x -> ((NegotiateException) x).failure().name())
                    .findFirst()
                    .orElse(e.toString());
        }
    }

    private String curl(String user, Caller.Kind kind, String... options) throws Exception {
        ProcessBuilder curl = new ProcessBuilder(TestPrograms.require("curl").toString());
        curl.command().addAll(List.of("-sS", "--max-time", "30", "--negotiate", "-u", ":"));
        curl.command().addAll(List.of(options));
        curl.command().add(front.origin() + "/" + kind);
        curl.environment().putAll(kdc.clientEnvironment(kdc.ticketCache(user)));
        ProgramResult result = TestPrograms.run(curl, Duration.ofSeconds(40), new byte[0]);
        assertThat(result.isSuccess()).as(result.toString()).isTrue();
        return result.out();
    }

    @ParameterizedTest
    @EnumSource(Caller.Kind.class)
    void r19TheSecondServerSeesWhoAskedTheFirst(Caller.Kind kind) throws Exception {
        for (String user : Kdc.USERS) {
            assertThat(curl(user, kind, "--delegation", "always")).matches("hop-\\S+ " + user + " \\d+");
        }
    }

    @ParameterizedTest
    @EnumSource(Caller.Kind.class)
    void r20WhoDelegatedNothingIsRefusedAndNotReplacedByTheServer(Caller.Kind kind) throws Exception {
        assertThat(curl(Kdc.USERS.get(0), kind, "--delegation", "none")).isEqualTo("NO_CREDENTIAL");
    }

    @Test
    void theThreadsOfThePoolAreCleanAfterwards() throws Exception {
        curl(Kdc.USERS.get(0), Caller.Kind.JETTY, "--delegation", "always");
        for (int i = 0; i < 4; i++) {
            try (Identity found = pool.submit(() -> Identities.current()).get()) {
                assertThat(found.isNone()).isTrue();
            }
        }
    }
}
