package dev.latchkey.it.browsers;

import dev.latchkey.it.NssDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A home directory for one browser: its profile, and NSS's databases that hold the certificates. For one thread. */
final class BrowserHome {
    private final Path directory;
    private final List<NssDatabase> databases;
    private Optional<String> display = Optional.empty();

    private BrowserHome(Path directory, List<NssDatabase> databases) {
        this.directory = directory;
        this.databases = databases;
    }

    /** {@return a home in an empty directory, which trusts the server's authority and has no certificate} */
    static BrowserHome in(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new BrowserHome(
                directory,
                List.of(
                        // Chromium's, as it was and as it is since version 136; and Firefox's, in its profile.
                        NssDatabase.in(directory.resolve(".pki/nssdb")),
                        NssDatabase.in(directory.resolve(".local/share/pki/nssdb")),
                        NssDatabase.in(directory.resolve("profile"))));
    }

    /** Imports a PKCS #12 file with the demo's password. */
    BrowserHome importing(Path keyStore) throws IOException {
        for (NssDatabase database : databases) {
            database.importKeys(keyStore);
        }
        return this;
    }

    /** Shows the browser's windows on an X display, such as {@code :7}. */
    BrowserHome on(String xDisplay) {
        display = Optional.of(xDisplay);
        return this;
    }

    Path directory() {
        return directory;
    }

    Path profile() {
        return directory.resolve("profile");
    }

    Optional<String> display() {
        return display;
    }
}
