package dev.latchkey.it.browsers;

import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** The Node program that drives a browser, with its library, under {@code target}. Made once. */
final class Driver {
    private static final Path PLACE = ServerParts.target().resolve("browsers").resolve("driver");

    private Driver() {}

    /** {@return the program, after its library was fetched if it was not there} */
    static synchronized Path script() throws IOException {
        Path sources = ServerParts.root().resolve("src-it/tests/src/test/browsers");
        Files.createDirectories(PLACE);
        for (String file : List.of("package.json", "package-lock.json", "drive.mjs")) {
            Files.copy(sources.resolve(file), PLACE.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(PLACE.resolve("node_modules/puppeteer-core"))) {
            ProcessBuilder npm = new ProcessBuilder(
                            TestPrograms.require("npm").toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(PLACE.toFile());
            ProgramResult result = TestPrograms.run(npm, Duration.ofMinutes(3), new byte[0]);
            if (!result.isSuccess()) {
                throw new IOException("npm could not fetch puppeteer-core: " + result);
            }
        }
        return PLACE.resolve("drive.mjs");
    }
}
