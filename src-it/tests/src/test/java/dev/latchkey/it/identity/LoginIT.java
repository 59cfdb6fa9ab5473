package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.http.IdentityHttpClient;
import dev.latchkey.impersonation.http.Negotiation;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.Kdc;
import dev.latchkey.testkit.kerberos.KerberosLogin;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import dev.latchkey.testkit.kerberos.MitKdc;
import java.nio.file.Path;
import org.eclipse.jetty.client.ContentResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One hop: a user's Subject, a client of ours, a server that knows the user by its token. */
class LoginIT {
    @TempDir
    Path dir;

    @Test
    void aUserIsSeenByItsName() throws Exception {
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        try (Kdc kdc = MitKdc.start(dir, programs)) {
            kdc.useInThisJvm();
            try (SpnegoServer server = SpnegoServer.whoAmI(kdc, Kdc.BACK, Seen.BY_REQUEST)) {
                Negotiation negotiation =
                        Negotiation.builder().allow(server.origin()).build();
                try (IdentityHttpClient client = new IdentityHttpClient(Identities.flow(), negotiation)) {
                    client.start();
                    for (String user : Kdc.USERS) {
                        try (Identity identity =
                                Identities.flow().of(SubjectIdentity.part(KerberosLogin.login(kdc, user)))) {
                            ContentResponse response = identity.call(() -> client.GET(server.origin() + "/"));
                            assertThat(response.getContentAsString()).isEqualTo(user);
                        }
                    }
                    assertThat(client.GET(server.origin() + "/").getStatus()).isEqualTo(401);
                }
            }
        }
    }
}
