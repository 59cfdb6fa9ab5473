package dev.latchkey.impersonation.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose accounts are people's. */
class SystemAccountsTest {
    @ParameterizedTest
    @CsvSource({
        "0, true",
        "1, true",
        "33, true",
        "999, true",
        "1000, false",
        "21001, false",
        "61183, false",
        "61184, true",
        "65534, true",
        "65535, true",
        "65536, false",
        "4294967294, false"
    })
    void servicesAreBelowTheMinimumAndWhereSystemdPutsThem(long uid, boolean ofSystem) {
        assertThat(SystemAccounts.include(uid, 1000)).isEqualTo(ofSystem);
    }

    @ParameterizedTest
    @CsvSource({"UID_MIN 500, 500", "' UID_MIN\t\t 0x200 # each', 512", "UID_MIN many, 1000", "#UID_MIN 1, 1000"})
    void theMinimumIsTheSystems(String line, long minimum) {
        assertThat(SystemAccounts.minimum(List.of("UID_MAX 60000", line, "SYS_UID_MIN 100")))
                .isEqualTo(minimum);
    }

    @Test
    void withoutALineItIsTheUsual() {
        assertThat(SystemAccounts.minimum(List.of())).isEqualTo(1000);
    }
}
