package dev.latchkey.it;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java on this machine, 17 or later, found where Maven's toolchains are looked for: the environment's
 * {@code JAVA…HOME…}, {@code ~/.m2/toolchains.xml}, and where this one and the usual tools install theirs. Immutable.
 *
 * @param java the program
 * @param feature its version, such as 25
 */
public record InstalledJdk(Path java, int feature) {
    private static final Pattern JDK_HOME = Pattern.compile("<jdkHome>\\s*(.+?)\\s*</jdkHome>");
    private static final List<String> IN_USER_HOME =
            List.of(".jdks", ".m2/jdks", ".sdkman/candidates/java", ".gradle/jdks", ".asdf/installs/java");
    private static final int OLDEST = 17;

    /** {@return the newest of another version than the one that runs this; without one the test is skipped, by name} */
    public static InstalledJdk other() {
        int own = own().feature;
        return newest(jdk -> jdk.feature >= OLDEST && jdk.feature != own)
                .orElseGet(() -> leaveOut("java of another JDK, 17 or later, than " + own));
    }

    /** {@return the one that runs this if it is new enough, else the newest; without one the test is skipped, by name} */
    public static InstalledJdk atLeast(int feature) {
        return find(feature).orElseGet(() -> leaveOut("java of a JDK " + feature + " or later"));
    }

    /** {@return the same, if there is one} */
    public static Optional<InstalledJdk> find(int feature) {
        return own().feature >= feature ? Optional.of(own()) : newest(jdk -> jdk.feature >= feature);
    }

    /** {@return one of those that are before a version, the one that runs this if it is; else the test is skipped} */
    public static InstalledJdk before(int feature) {
        return own().feature < feature
                ? own()
                : newest(jdk -> jdk.feature >= OLDEST && jdk.feature < feature)
                        .orElseGet(() -> leaveOut("java of a JDK from " + OLDEST + " to " + (feature - 1)));
    }

    private static InstalledJdk own() {
        return new InstalledJdk(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Runtime.version().feature());
    }

    private static Optional<InstalledJdk> newest(Predicate<InstalledJdk> wanted) {
        return places().flatMap(home -> at(home).stream())
                .filter(wanted)
                .max(Comparator.comparingInt(InstalledJdk::feature));
    }

    private static InstalledJdk leaveOut(String name) {
        TestPrograms.requireOptional(name);
        throw new IllegalStateException("not reached");
    }

    private static Stream<Path> places() {
        List<Path> places = new ArrayList<>();
        System.getenv().entrySet().stream()
                .filter(each -> each.getKey().matches("JAVA.*HOME.*|JDK.*"))
                .map(Map.Entry::getValue)
                .forEach(home -> places.add(Path.of(home)));
        Path user = Path.of(System.getProperty("user.home"));
        places.addAll(toolchains(user.resolve(".m2/toolchains.xml")));
        IN_USER_HOME.forEach(directory -> places.addAll(inside(user.resolve(directory))));
        places.addAll(inside(Path.of(System.getProperty("java.home")).getParent()));
        return places.stream();
    }

    private static List<Path> toolchains(Path file) {
        try {
            Matcher homes = JDK_HOME.matcher(Files.isRegularFile(file) ? Files.readString(file) : "");
            return homes.results().map(home -> Path.of(home.group(1))).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Path> inside(Path directory) {
        try (Stream<Path> inside = Files.isDirectory(directory) ? Files.list(directory) : Stream.empty()) {
            return inside.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<InstalledJdk> at(Path home) {
        Path java = home.resolve("bin").resolve("java");
        Properties release = new Properties();
        if (!Files.isExecutable(java) || !Files.isRegularFile(home.resolve("release"))) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(home.resolve("release"))) {
            release.load(in);
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Optional.of(
                    new InstalledJdk(java, Runtime.Version.parse(version).feature()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
