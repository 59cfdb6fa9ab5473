package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Structures as winnt.h lays them out. */
class TokenLayoutTest {
    private static final byte[] ADMINISTRATORS = HexFormat.of().parseHex("01020000000000052000000020020000");
    private static final int ENABLED = 7;
    private static final int DENY_ONLY = 16;

    @Test
    void aSidIsWrittenAsWindowsWritesIt() {
        assertThat(TokenLayout.sidText(ADMINISTRATORS)).isEqualTo("S-1-5-32-544");
        assertThat(TokenLayout.sidText(HexFormat.of().parseHex("010100000000000100000000")))
                .isEqualTo("S-1-1-0");
        assertThat(TokenLayout.sidText(HexFormat.of().parseHex("0101000000000005ffffffff")))
                .isEqualTo("S-1-5-4294967295");
    }

    @Test
    void statisticsTellTheTokenItsLogOnAndItsLevel() {
        Memory statistics = statistics(2, 3);
        assertThat(TokenLayout.facts(statistics))
                .isEqualTo(new TokenFacts(0x1_0000_0002L, 0x3e7, false, ImpersonationLevel.DELEGATION));
    }

    @Test
    void theLevelOfAPrimaryTokenIsNotRead() {
        assertThat(TokenLayout.facts(statistics(1, -1)))
                .isEqualTo(new TokenFacts(0x1_0000_0002L, 0x3e7, true, ImpersonationLevel.ANONYMOUS));
    }

    private static Memory statistics(int type, int level) {
        Memory statistics = new Memory(56);
        statistics.clear();
        statistics.setLong(0, 0x1_0000_0002L);
        statistics.setLong(8, 0x3e7);
        statistics.setInt(24, type);
        statistics.setInt(28, level);
        return statistics;
    }

    @Test
    void aDisabledGroupMakesAnotherKey() {
        TokenFacts facts = new TokenFacts(1, 2, false, ImpersonationLevel.IMPERSONATION);
        Memory sid = new Memory(ADMINISTRATORS.length);
        sid.write(0, ADMINISTRATORS, 0, ADMINISTRATORS.length);
        TokenKey enabled = TokenLayout.key(facts, user(sid), groups(sid, ENABLED), null);
        assertThat(enabled.user()).isEqualTo("S-1-5-32-544");
        assertThat(TokenLayout.key(facts, user(sid), groups(sid, ENABLED), null))
                .isEqualTo(enabled);
        assertThat(TokenLayout.key(facts, user(sid), groups(sid, DENY_ONLY), null))
                .isNotEqualTo(enabled);
        assertThat(TokenLayout.key(facts, user(sid), groups(sid, ENABLED), groups(sid, ENABLED)))
                .isNotEqualTo(enabled);
    }

    private static Memory user(Memory sid) {
        Memory user = new Memory(2L * Native.POINTER_SIZE);
        user.clear();
        user.setPointer(0, sid);
        return user;
    }

    private static Memory groups(Memory sid, int attributes) {
        Memory groups = new Memory(3L * Native.POINTER_SIZE);
        groups.clear();
        groups.setInt(0, 1);
        groups.setPointer(Native.POINTER_SIZE, sid);
        groups.setInt(2L * Native.POINTER_SIZE, attributes);
        return groups;
    }
}
