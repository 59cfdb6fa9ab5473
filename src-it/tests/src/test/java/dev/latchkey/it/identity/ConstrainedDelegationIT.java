package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.HeimdalKdc;
import dev.latchkey.testkit.kerberos.Kdc;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users who delegate nothing, and a realm that lets the first server act for them (S4U2self, S4U2proxy). */
class ConstrainedDelegationIT {
    @TempDir
    Path dir;

    @Test
    void theSecondServerSeesWhoAskedTheFirstAlthoughNothingWasDelegated() throws Exception {
        KerberosPrograms programs =
                TestPrograms.require("Heimdal's KDC (src-it/kdc-packages)", KerberosPrograms.heimdal());
        try (Kdc kdc = HeimdalKdc.start(dir, programs);
                TwoServers servers = new TwoServers(kdc, true)) {
            for (String user : Kdc.USERS) {
                for (Caller.Kind kind : Caller.Kind.values()) {
                    assertThat(servers.curl(user, kind, "none")).as(kind.name()).matches("hop-\\S+ " + user + " \\d+");
                }
            }
        }
    }
}
