package dev.latchkey.impersonation.linux;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that the kernel knows of who a thread is: ids, groups, capabilities. Immutable.
 *
 * <p>Ids are unsigned. The three ids are real, effective and saved; the capabilities effective, permitted, inheritable.
 */
final class ThreadCredentials {
    static final int[] NO_GROUPS = {};

    /**
     * The capabilities that let a thread pass by the owner and mode of a file, or make what they do not allow. The
     * kernel takes these away with the file system's uid, but only from root.
     */
    static final long FILE_CAPABILITIES = bits(0, 1, 2, 3, 4, 9, 27, 32);

    /** CAP_SETGID and CAP_SETUID. */
    private static final long CHANGE_IDS = bits(6, 7);

    private final int[] uids;
    private final int[] gids;
    private final int fsuid;
    private final int fsgid;
    private final int[] groups;
    private final long effective;
    private final long permitted;
    private final long inheritable;

    /** Takes over the arrays. */
    ThreadCredentials(
            int[] uids,
            int[] gids,
            int fsuid,
            int fsgid,
            int[] groups,
            long effective,
            long permitted,
            long inheritable) {
        this.uids = uids;
        this.gids = gids;
        this.fsuid = fsuid;
        this.fsgid = fsgid;
        this.groups = groups;
        Arrays.sort(groups);
        this.effective = effective;
        this.permitted = permitted;
        this.inheritable = inheritable;
    }

    private static long bits(int... bits) {
        long set = 0;
        for (int bit : bits) {
            set |= 1L << bit;
        }
        return set;
    }

    /**
     * {@return the credentials that a file of the form of {@code /proc/PID/status} shows}
     *
     * @throws IllegalStateException if a line is missing
     */
    static ThreadCredentials parse(List<String> status) {
        int[] uid = ids(line(status, "Uid:"));
        int[] gid = ids(line(status, "Gid:"));
        return new ThreadCredentials(
                Arrays.copyOf(uid, 3),
                Arrays.copyOf(gid, 3),
                uid[3],
                gid[3],
                ids(line(status, "Groups:")),
                Long.parseUnsignedLong(line(status, "CapEff:"), 16),
                Long.parseUnsignedLong(line(status, "CapPrm:"), 16),
                Long.parseUnsignedLong(line(status, "CapInh:"), 16));
    }

    private static String line(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no line " + name + " in the status of the process"));
    }

    private static int[] ids(String text) {
        return text.isEmpty()
                ? NO_GROUPS
                : Arrays.stream(text.split("\\s+"))
                        .mapToInt(Integer::parseUnsignedInt)
                        .toArray();
    }

    /** {@return these, with an account's ids for files alone} */
    ThreadCredentials forFiles(LinuxAccount account) {
        return new ThreadCredentials(
                uids,
                gids,
                account.uid(),
                account.gid(),
                account.allGroups(),
                effective & ~FILE_CAPABILITIES,
                permitted,
                inheritable);
    }

    /** {@return these, with an account's ids for everything; the saved ids stay, as the way back} */
    ThreadCredentials forEverything(LinuxAccount account) {
        int uid = account.uid();
        int gid = account.gid();
        return new ThreadCredentials(
                new int[] {uid, uid, uids[2]},
                new int[] {gid, gid, gids[2]},
                uid,
                gid,
                account.allGroups(),
                0,
                permitted,
                inheritable);
    }

    /** {@return whether the calling thread carries these now} */
    boolean areCarried() {
        return SystemCalls.uidsAre(uids)
                && SystemCalls.gidsAre(gids)
                && SystemCalls.fileIdsAre(fsuid, fsgid)
                && SystemCalls.groupsAre(groups)
                && SystemCalls.capabilitiesAre(effective, permitted, inheritable);
    }

    /** Makes the calling thread carry these, groups first and the user last. What came of it must be read back. */
    void apply() {
        ThreadCredentials now = regainPrivilege(SystemCalls.read());
        setGroups(now);
        setGid(now);
        setUid(now);
        SystemCalls.capset(effective, permitted, inheritable);
    }

    /** As {@link #apply()}, in reverse: the user first and the groups last; unless these lack the privilege for that. */
    void revert() {
        if ((effective & CHANGE_IDS) != CHANGE_IDS) {
            apply();
            return;
        }
        ThreadCredentials now = regainPrivilege(SystemCalls.read());
        setUid(now);
        setGid(now);
        setGroups(now);
        SystemCalls.capset(effective, permitted, inheritable);
    }

    /** A thread that carries an account for everything has put its capabilities away, and may take them out again. */
    private static ThreadCredentials regainPrivilege(ThreadCredentials now) {
        if ((now.effective & CHANGE_IDS) != CHANGE_IDS) {
            SystemCalls.capset(now.effective | (now.permitted & CHANGE_IDS), now.permitted, now.inheritable);
        }
        return now;
    }

    private void setUid(ThreadCredentials now) {
        if (!Arrays.equals(uids, now.uids)) {
            SystemCalls.setresuid(uids);
        }
        SystemCalls.setfsuid(fsuid);
    }

    private void setGid(ThreadCredentials now) {
        if (!Arrays.equals(gids, now.gids)) {
            SystemCalls.setresgid(gids);
        }
        SystemCalls.setfsgid(fsgid);
    }

    private void setGroups(ThreadCredentials now) {
        if (!Arrays.equals(groups, now.groups)) {
            SystemCalls.setgroups(groups);
        }
    }

    boolean canChangeIds() {
        return (permitted & CHANGE_IDS) == CHANGE_IDS;
    }

    /** {@return a value that tells accounts apart, by what is carried and how far} */
    LinuxKey key() {
        return new LinuxKey(
                Integer.toUnsignedLong(fsuid),
                Integer.toUnsignedLong(fsgid),
                Arrays.stream(groups).mapToObj(Integer::toUnsignedLong).toList(),
                fsuid == uids[0] && fsuid == uids[1]);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ThreadCredentials o
                && fsuid == o.fsuid
                && fsgid == o.fsgid
                && Arrays.equals(uids, o.uids)
                && Arrays.equals(gids, o.gids)
                && Arrays.equals(groups, o.groups)
                && effective == o.effective
                && permitted == o.permitted
                && inheritable == o.inheritable;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(groups) * 31 + fsuid * 17 + fsgid;
    }

    @Override
    public String toString() {
        return "uid " + join(uids) + " fs " + Integer.toUnsignedString(fsuid) + ", gid " + join(gids) + " fs "
                + Integer.toUnsignedString(fsgid) + ", groups " + join(groups) + ", capabilities "
                + Long.toHexString(effective) + " of " + Long.toHexString(permitted);
    }

    private static String join(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toUnsignedString).collect(Collectors.joining(" ", "[", "]"));
    }
}
