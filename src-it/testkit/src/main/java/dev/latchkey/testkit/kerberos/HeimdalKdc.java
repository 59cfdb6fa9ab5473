package dev.latchkey.testkit.kerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Heimdal implementation, for constrained delegation (S4U2self, S4U2proxy): {@link Kdc#FRONT} may act for any user
 * towards {@link Kdc#BACK}. MIT's, with its database in files, refuses S4U2proxy. Threads as {@link Kdc}.
 */
public final class HeimdalKdc extends Kdc {
    private HeimdalKdc(Path directory, KerberosPrograms programs) throws IOException {
        super(directory, programs, USERS);
    }

    /**
     * Makes a realm and starts it.
     *
     * @param directory an existing, empty directory for all it has
     * @param programs Heimdal's
     * @return a running KDC, to be closed
     * @throws IOException if it could not be started, with what the programs said
     */
    public static HeimdalKdc start(Path directory, KerberosPrograms programs) throws IOException {
        return new HeimdalKdc(directory, programs);
    }

    @Override
    String configuration() throws IOException {
        Files.createFile(directory.resolve("acl"));
        return """
                [kdc]
                 database = {
                  dbname = %1$s/heimdal
                  realm = %2$s
                  mkey_file = %1$s/mkey
                  acl_file = %1$s/acl
                  log_file = %1$s/iprop.log
                 }
                 require-preauth = false
                [logging]
                 kdc = FILE:%1$s/kdc.log
                """.formatted(directory, REALM);
    }

    @Override
    void createRealm() throws IOException {
        kadmin("init", "--realm-max-ticket-life=unlimited", "--realm-max-renewable-life=unlimited", REALM);
        for (String user : users) {
            kadmin("add", "--use-defaults", "-p", user + "pw", user);
        }
        kadmin("add", "--use-defaults", "--random-key", FRONT);
        kadmin("add", "--use-defaults", "--random-key", BACK);
        kadmin("modify", "--attributes=+ok-as-delegate,+trusted-for-delegation", FRONT);
        kadmin("modify", "--constrained-delegation=" + BACK, FRONT);
        List<String> all = new ArrayList<>(users);
        all.addAll(List.of(FRONT, BACK));
        for (String principal : all) {
            kadmin("ext_keytab", "-k", keytab(principal).toString(), principal);
        }
    }

    private void kadmin(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                programs.program("usr/bin/kadmin.heimdal"), "-c", krb5Conf().toString(), "-l"));
        command.addAll(List.of(arguments));
        run(command, "");
    }

    @Override
    List<String> daemon() {
        return List.of(
                programs.program("usr/lib/heimdal-servers/kdc"),
                "-c",
                krb5Conf().toString(),
                "--addresses=127.0.0.1",
                "--ports=" + port);
    }

    @Override
    List<String> kinit(String user, Path keytab, Path cache) {
        return List.of(
                programs.program("usr/bin/kinit.heimdal"),
                "--forwardable",
                "--keytab=" + keytab,
                "--cache=FILE:" + cache,
                user);
    }
}
