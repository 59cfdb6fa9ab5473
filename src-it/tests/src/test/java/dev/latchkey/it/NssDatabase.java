package dev.latchkey.it;

import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A database of NSS's, as browsers and NSS's own programs have one. For one thread. */
public final class NssDatabase {
    private final String place;

    private NssDatabase(String place) {
        this.place = place;
    }

    /** {@return a new database in a directory, which trusts the authority of {@link ServerParts}} */
    public static NssDatabase in(Path directory) throws IOException {
        Files.createDirectories(directory);
        NssDatabase made = new NssDatabase("sql:" + directory);
        run("certutil", "-N", "-d", made.place, "--empty-password");
        String authority = ServerParts.pki().resolve("ca.pem").toString();
        run("certutil", "-A", "-d", made.place, "-n", "ca", "-t", "C,,", "-i", authority);
        return made;
    }

    /** Imports a key and its certificates, PKCS #12 with the demo's password. */
    public void importKeys(Path keyStore) throws IOException {
        run("pk12util", "-i", keyStore.toString(), "-d", place, "-K", "", "-W", DemoPki.PASSWORD);
    }

    private static void run(String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(TestPrograms.require(program).toString()));
        command.addAll(List.of(arguments));
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
    }
}
