package dev.latchkey.testkit.kerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The MIT implementation, with a database in files. It delegates by forwarded tickets. Threads as {@link Kdc}. */
public final class MitKdc extends Kdc {
    private MitKdc(Path directory, KerberosPrograms programs, List<String> users) throws IOException {
        super(directory, programs, users);
    }

    /**
     * Makes a realm and starts it.
     *
     * @param directory an existing, empty directory for all it has
     * @param programs MIT's
     * @return a running KDC, to be closed
     * @throws IOException if it could not be started, with what the programs said
     */
    public static MitKdc start(Path directory, KerberosPrograms programs) throws IOException {
        return start(directory, programs, USERS);
    }

    /** As {@link #start(Path, KerberosPrograms)}, with users of these names. */
    static MitKdc start(Path directory, KerberosPrograms programs, List<String> users) throws IOException {
        return new MitKdc(directory, programs, users);
    }

    @Override
    String configuration() throws IOException {
        Files.createFile(directory.resolve("acl"));
        Files.writeString(directory.resolve("kdc.conf"), """
                [kdcdefaults]
                 kdc_listen = 127.0.0.1:%1$d
                 kdc_tcp_listen = 127.0.0.1:%1$d
                [realms]
                 %2$s = {
                  database_name = %3$s/principal
                  key_stash_file = %3$s/stash
                  acl_file = %3$s/acl
                  max_life = 10h
                  max_renewable_life = 7d
                 }
                [logging]
                 kdc = FILE:%3$s/kdc.log
                """.formatted(port, REALM, directory));
        return """
                [dbmodules]
                 db_module_dir = %s/kdb
                """.formatted(programs.plugins());
    }

    @Override
    void createRealm() throws IOException {
        run(List.of(programs.program("usr/sbin/kdb5_util"), "create", "-r", REALM, "-s", "-P", "masterpw"), "");
        String people = users.stream()
                .map(user -> String.format(
                        Locale.ROOT,
                        "addprinc -pw %1$spw +forwardable %1$s\nktadd -norandkey -k \"%2$s\" %1$s\n",
                        user,
                        keytab(user)))
                .collect(Collectors.joining());
        String services = """
                addprinc -randkey +ok_as_delegate %1$s
                ktadd -k "%2$s" %1$s
                addprinc -randkey %3$s
                ktadd -k "%4$s" %3$s
                """.formatted(FRONT, keytab(FRONT), BACK, keytab(BACK));
        run(List.of(programs.program("usr/sbin/kadmin.local"), "-r", REALM), people + services);
    }

    @Override
    List<String> daemon() {
        return List.of(
                programs.program("usr/sbin/krb5kdc"),
                "-n",
                "-r",
                REALM,
                "-P",
                directory.resolve("kdc.pid").toString());
    }

    @Override
    List<String> kinit(String user, Path keytab, Path cache) {
        return List.of(
                programs.program("usr/bin/kinit"), "-f", "-k", "-t", keytab.toString(), "-c", "FILE:" + cache, user);
    }
}
