package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.Kdc;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import dev.latchkey.testkit.kerberos.MitKdc;
import java.nio.file.Path;
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
    private TwoServers servers;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        kdc = MitKdc.start(dir, programs);
        servers = new TwoServers(kdc, false);
    }

    @AfterAll
    void stop() throws Exception {
        if (servers != null) {
            servers.close();
        }
        if (kdc != null) {
            kdc.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Caller.Kind.class)
    void r19TheSecondServerSeesWhoAskedTheFirst(Caller.Kind kind) throws Exception {
        for (String user : Kdc.USERS) {
            assertThat(servers.curl(user, kind, "always")).matches("hop-\\S+ " + user + " \\d+");
        }
    }

    @ParameterizedTest
    @EnumSource(Caller.Kind.class)
    void r20WhoDelegatedNothingIsRefusedAndNotReplacedByTheServer(Caller.Kind kind) throws Exception {
        assertThat(servers.curl(Kdc.USERS.get(0), kind, "none")).isEqualTo("NO_CREDENTIAL");
    }

    @Test
    void theThreadsOfThePoolAreCleanAfterwards() throws Exception {
        servers.curl(Kdc.USERS.get(0), Caller.Kind.JETTY, "always");
        for (int i = 0; i < 4; i++) {
            try (Identity found = servers.pool().submit(Identities::current).get()) {
                assertThat(found.isNone()).isTrue();
            }
        }
    }
}
