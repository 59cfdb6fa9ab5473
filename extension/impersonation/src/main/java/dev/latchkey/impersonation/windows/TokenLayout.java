package dev.latchkey.impersonation.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads the structures that describe an access token (winnt.h) out of memory.
 *
 * <p>Pure functions over the memory given; any thread.
 */
final class TokenLayout {
    private static final int TOKEN_ID = 0;
    private static final int AUTHENTICATION_ID = 8;
    private static final int TOKEN_TYPE = 24;
    private static final int IMPERSONATION_LEVEL = 28;
    private static final int TYPE_PRIMARY = 1;

    /** The groups of TOKEN_GROUPS begin at the first address for a pointer after the count. */
    private static final int FIRST_GROUP = Native.POINTER_SIZE;
    /** SID_AND_ATTRIBUTES: a pointer and 32 bits, padded. */
    private static final int GROUP_SIZE = 2 * Native.POINTER_SIZE;

    /** SID: revision, number of sub-authorities, 48 bits of authority, then the sub-authorities. */
    private static final int SID_HEADER = 8;

    /** Enough to tell the groups of tokens apart, and short enough for a log. */
    private static final int DIGEST_BYTES = 16;

    private TokenLayout() {}

    /** From TOKEN_STATISTICS. */
    static TokenFacts facts(Memory statistics) {
        boolean primary = statistics.getInt(TOKEN_TYPE) == TYPE_PRIMARY;
        return new TokenFacts(
                statistics.getLong(TOKEN_ID),
                statistics.getLong(AUTHENTICATION_ID),
                primary,
                // What Windows writes there for a primary token has no meaning.
                primary ? ImpersonationLevel.ANONYMOUS : ImpersonationLevel.of(statistics.getInt(IMPERSONATION_LEVEL)));
    }

    /** From TOKEN_USER and two TOKEN_GROUPS; without {@code restricting} there are no such SIDs. */
    static TokenKey key(TokenFacts facts, Memory user, Memory groups, @Nullable Memory restricting) {
        MessageDigest digest = sha256();
        addGroups(digest, groups);
        if (restricting != null) {
            addGroups(digest, restricting);
        }
        return new TokenKey(
                sidText(sid(user.getPointer(0))),
                facts.logon(),
                facts.level(),
                HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES));
    }

    private static void addGroups(MessageDigest digest, Memory groups) {
        int count = groups.getInt(0);
        addInt(digest, count);
        for (int i = 0; i < count; i++) {
            long at = FIRST_GROUP + (long) i * GROUP_SIZE;
            digest.update(sid(groups.getPointer(at)));
            addInt(digest, groups.getInt(at + Native.POINTER_SIZE));
        }
    }

    private static void addInt(MessageDigest digest, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            digest.update((byte) (value >> shift));
        }
    }

    private static byte[] sid(Pointer sid) {
        int subAuthorities = sid.getByte(1) & 0xff;
        return sid.getByteArray(0, SID_HEADER + subAuthorities * Integer.BYTES);
    }

    /** S-1-5-21-...: revision, authority (big-endian), sub-authorities (little-endian). */
    static String sidText(byte[] sid) {
        long authority = 0;
        for (int i = 2; i < SID_HEADER; i++) {
            authority = authority << Byte.SIZE | sid[i] & 0xff;
        }
        StringBuilder text =
                new StringBuilder("S-").append(sid[0] & 0xff).append('-').append(authority);
        for (int at = SID_HEADER; at + Integer.BYTES <= sid.length; at += Integer.BYTES) {
            long subAuthority = 0;
            for (int i = Integer.BYTES - 1; i >= 0; i--) {
                subAuthority = subAuthority << Byte.SIZE | sid[at + i] & 0xff;
            }
            text.append('-').append(subAuthority);
        }
        return text.toString();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
