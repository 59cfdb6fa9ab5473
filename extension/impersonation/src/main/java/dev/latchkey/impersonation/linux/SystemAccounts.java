package dev.latchkey.impersonation.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which ids are of services and not of people: those below UID_MIN of {@code login.defs(5)}, and those from 61184 to
 * 65535, that systemd gives to services while they run and that stand for nobody.
 *
 * <p>Read once. Immutable; any thread.
 */
final class SystemAccounts {
    /** Where distributions keep it; the first that is there counts. */
    private static final List<Path> FILES = List.of(Path.of("/etc/login.defs"), Path.of("/usr/etc/login.defs"));

    private static final long USUAL_MINIMUM = 1000;
    private static final Pattern MINIMUM = Pattern.compile("\\s*UID_MIN\\s+(\\w+).*");

    // systemd.io/UIDS-GIDS
    private static final long FIRST_DYNAMIC = 61184;
    private static final long LAST_RESERVED = 65535;

    private SystemAccounts() {}

    static boolean include(int uid) {
        return include(Integer.toUnsignedLong(uid), Held.MINIMUM);
    }

    static boolean include(long uid, long minimum) {
        return uid < minimum || (uid >= FIRST_DYNAMIC && uid <= LAST_RESERVED);
    }

    private static long minimum() {
        for (Path file : FILES) {
            try {
                return minimum(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // Not there, as in many containers, or closed to us: the next, or the usual.
            }
        }
        return USUAL_MINIMUM;
    }

    /** {@return what these lines say, in any of C's notations; the usual one if they do not} */
    static long minimum(List<String> lines) {
        long found = USUAL_MINIMUM;
        for (String line : lines) {
            Matcher matcher = MINIMUM.matcher(line);
            if (matcher.matches()) {
                try {
                    found = Long.decode(matcher.group(1));
                } catch (NumberFormatException e) {
                    found = USUAL_MINIMUM;
                }
            }
        }
        return found;
    }

    private static final class Held {
        static final long MINIMUM = minimum();
    }
}
