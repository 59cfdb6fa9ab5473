package dev.latchkey.impersonation.linux;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * Shuts two doors by which a user on a thread of the process would have all that it has in memory.
 *
 * <p>Java's ZGC keeps the heap in a nameless file that anybody may open who is inside the process ({@code
 * /proc/self/fd}). And what is dumped of a full heap is the file of whoever's thread has filled it. Static; called by the
 * process itself, before the first user.
 */
final class OwnMemory {
    private static final Logger LOG = System.getLogger("dev.latchkey.impersonation");

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final String NAMELESS = "/memfd:";
    private static final String DUMPS = "HeapDumpOnOutOfMemoryError";

    private OwnMemory() {}

    /** @throws IllegalStateException if one cannot be shut */
    static void close() {
        closeFiles();
        try {
            Dumps.switchOff();
        } catch (LinkageError e) {
            LOG.log(Level.DEBUG, "This Java does not tell whether it dumps a full heap", e);
        }
    }

    private static void closeFiles() {
        try (Stream<Path> open = Files.list(OPEN_FILES)) {
            for (Path file : open.toList()) {
                closeIfNameless(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException("The memory of the process cannot be closed to users", e);
        }
    }

    private static void closeIfNameless(Path file) throws IOException {
        try {
            if (Files.readSymbolicLink(file).toString().startsWith(NAMELESS)) {
                // Through the link, the file itself; what is mapped of it stays so.
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        } catch (NoSuchFileException e) {
            // Closed meanwhile.
        }
    }

    /** Apart, as not each Java has its classes. */
    private static final class Dumps {
        static void switchOff() {
            HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (machine != null && machine.getVMOption(DUMPS).getValue().equals("true")) {
                machine.setVMOption(DUMPS, "false");
                LOG.log(
                        Level.WARNING,
                        "{0} is switched off: the dump would be the file of the user whose task filled the heap",
                        DUMPS);
            }
        }
    }
}
