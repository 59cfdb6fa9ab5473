package dev.latchkey.testkit.kerberos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.security.auth.kerberos.KerberosTicket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KdcTest {
    @TempDir
    Path dir;

    @Test
    void mitLogsItsUsersIn() throws Exception {
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        try (Kdc kdc = MitKdc.start(dir, programs)) {
            logsItsUsersIn(kdc);
        }
    }

    @Test
    void heimdalLogsItsUsersIn() throws Exception {
        KerberosPrograms programs =
                TestPrograms.require("Heimdal's KDC (src-it/kdc-packages)", KerberosPrograms.heimdal());
        try (Kdc kdc = HeimdalKdc.start(dir, programs)) {
            logsItsUsersIn(kdc);
        }
    }

    private static void logsItsUsersIn(Kdc kdc) throws Exception {
        kdc.useInThisJvm();
        for (String user : Kdc.USERS) {
            assertThat(KerberosLogin.login(kdc, user).getPrivateCredentials(KerberosTicket.class))
                    .singleElement()
                    .satisfies(ticket -> {
                        assertThat(ticket.getClient().getName()).isEqualTo(user + "@" + Kdc.REALM);
                        assertThat(ticket.isForwardable()).isTrue();
                    });
            assertThat(Files.size(kdc.ticketCache(user))).isPositive();
        }
    }
}
