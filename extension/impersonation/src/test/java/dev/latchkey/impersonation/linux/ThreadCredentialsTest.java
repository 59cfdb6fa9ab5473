package dev.latchkey.impersonation.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel writes of a process, read. */
class ThreadCredentialsTest {
    private static final List<String> STATUS = List.of(
            "Name:\tjava",
            "Uid:\t0\t1\t2\t4294967294",
            "Gid:\t5\t6\t7\t8",
            "Groups:\t30 4 10 ",
            "CapInh:\t0000000000000000",
            "CapPrm:\t000001ffffffffff",
            "CapEff:\t00000000000000c0",
            "CapAmb:\t0000000000000080");

    @Test
    void theLinesOfTheStatusAreRead() {
        assertThat(ThreadCredentials.parse(STATUS))
                .isEqualTo(new ThreadCredentials(
                        new int[] {0, 1, 2},
                        new int[] {5, 6, 7},
                        -2,
                        8,
                        new int[] {4, 10, 30},
                        0xc0,
                        0x1ffffffffffL,
                        0,
                        0x80));
    }

    @Test
    void aProcessWithoutGroupsHasNone() {
        List<String> status = STATUS.stream()
                .map(line -> line.startsWith("Groups") ? "Groups:\t" : line)
                .toList();
        assertThat(ThreadCredentials.parse(status).key().groups()).isEmpty();
    }

    @Test
    void aStatusWithoutALineIsAnError() {
        assertThatThrownBy(() -> ThreadCredentials.parse(STATUS.subList(0, 4))).hasMessageContaining("CapEff:");
    }

    @Test
    void forFilesTheEffectiveIdsAreTheUsersAndNoCapabilityIsInEffectOrPassedOn() {
        ThreadCredentials root =
                new ThreadCredentials(new int[] {0, 0, 0}, new int[] {0, 0, 0}, 0, 0, new int[0], -1L, -1L, 3, 1);
        assertThat(root.forFiles(LinuxAccount.of(1001, 1002, 3)))
                .isEqualTo(new ThreadCredentials(
                        new int[] {0, 1001, 0}, new int[] {0, 1002, 0}, 1001, 1002, new int[] {3}, 0, -1L, 0, 0));
    }

    @Test
    void r38KeysTellAccountsApartByEachIdByGroupsAndByReach() {
        ThreadCredentials root =
                new ThreadCredentials(new int[] {0, 0, 0}, new int[] {0, 0, 0}, 0, 0, new int[0], -1L, -1L, 3, 1);
        LinuxKey key = root.forFiles(LinuxAccount.of(1001, 1002, 3, 4)).key();
        assertThat(key)
                .isEqualTo(root.forFiles(LinuxAccount.of(1001, 1002, 4, 3)).key());
        assertThat(key)
                .isNotEqualTo(root.forFiles(LinuxAccount.of(1009, 1002, 3, 4)).key())
                .isNotEqualTo(root.forFiles(LinuxAccount.of(1001, 1009, 3, 4)).key())
                .isNotEqualTo(root.forFiles(LinuxAccount.of(1001, 1002, 3)).key())
                .isNotEqualTo(
                        root.forFiles(LinuxAccount.of(1001, 1002, 3, 4, 5)).key())
                .isNotEqualTo(
                        root.forEverything(LinuxAccount.of(1001, 1002, 3, 4)).key());
    }
}
