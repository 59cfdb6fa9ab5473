package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kind O1 of the review, and all of native memory: sixteen threads do all that can be done with shared sessions,
 * tickets, contexts and keys, in a JVM of its own, on an allocator that checks each block and fills what is freed.
 *
 * <p>Twenty seconds long; {@code -Dlatchkey.storm.seconds=600} for a longer one, or
 * {@code -Dlatchkey.storm.resumptions=1000000}.
 */
class StormTest {
    private static final List<Path> CHECKERS = Stream.of("/lib", "/usr/lib", "/lib64")
            .flatMap(root -> Stream.of("", "/x86_64-linux-gnu", "/aarch64-linux-gnu")
                    .map(architecture -> Path.of(root + architecture, "libc_malloc_debug.so.0")))
            .toList();

    /** glibc's checks, where it is and has them: since 2.34 in a library of their own. */
    private static Map<String, String> checkingAllocator() {
        Map<String, String> environment = new HashMap<>();
        environment.put("MALLOC_PERTURB_", "165");
        environment.put("MALLOC_CHECK_", "3");
        CHECKERS.stream()
                .filter(Files::exists)
                .findFirst()
                .ifPresent(library -> environment.put("LD_PRELOAD", library.toString()));
        return environment;
    }

    @Test
    void nativeMemoryStaysWholeInAStorm(@TempDir Path directory) throws Exception {
        long seconds = Long.getLong("latchkey.storm.seconds", 20);
        long resumptions = Long.getLong("latchkey.storm.resumptions", 0);
        List<String> options = List.of(
                "-Xmx512m",
                "-Dlatchkey.storm.seconds=" + seconds,
                "-Dlatchkey.storm.resumptions=" + resumptions,
                "-Dlatchkey.seed=" + Long.getLong("latchkey.seed", System.nanoTime()));
        long limit = resumptions == 0 ? seconds + 240 : 36_000;
        ForkedJvm.Ended ended = ForkedJvm.run(directory, Storm.class, limit, checkingAllocator(), options);
        System.out.println(ended.said());
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said())
                .contains("by identifier=", "by ticket=", "renegotiation=", "post-handshake authentication=")
                .contains("forget=", "reload=", "cut=", "damaged=", "dropped=");
    }
}
