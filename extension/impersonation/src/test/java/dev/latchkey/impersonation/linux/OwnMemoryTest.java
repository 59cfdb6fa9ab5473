package dev.latchkey.impersonation.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a user, on a thread of a process whose heap is a file of ZGC's, gets of that. Needs root. */
@Tag("linux")
class OwnMemoryTest {
    @Test
    void theHeapIsNoFileOfAUsers() throws IOException {
        TestPrograms.requireRoot("Linux accounts on threads");
        ProgramResult result = TestPrograms.run(
                Duration.ofSeconds(60),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseZGC",
                "-Xmx64m",
                "-XX:+HeapDumpOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                OwnMemoryTest.class.getName());
        assertThat(result.out().lines())
                .as("what it said besides: %s", result.err())
                .contains("denied /memfd:java_heap (deleted)", "dumps false")
                .noneMatch(line -> line.startsWith("opened"));
    }

    /** The process. */
    public static void main(String[] arguments) {
        IdentityFlow flow = IdentityFlow.builder().provider(new LinuxIdentity()).build();
        LinuxIdentity.identity(flow, LinuxAccount.of(21001, 21001)).run(OwnMemoryTest::openAll);
        System.out.println("dumps "
                + ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .getVMOption("HeapDumpOnOutOfMemoryError")
                        .getValue());
    }

    private static void openAll() {
        try (Stream<Path> found = Files.list(Path.of("/proc/self/fd"))) {
            List<Path> files = found.toList();
            for (Path file : files) {
                open(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void open(Path file) throws IOException {
        String name = null;
        try {
            name = Files.readSymbolicLink(file).toString();
            if (name.startsWith("/memfd:")) {
                FileChannel.open(file).close();
                System.out.println("opened " + name);
            }
        } catch (AccessDeniedException e) {
            System.out.println("denied " + name);
        } catch (NoSuchFileException e) {
            // The listing's own.
        }
    }
}
