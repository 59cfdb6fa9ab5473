package dev.latchkey.impersonation.linux;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that the kernel knows of who a thread is: ids, groups, capabilities. Immutable.
 *
 * <p>Ids are unsigned. The three ids are real, effective and saved; the capabilities effective, permitted, inheritable
 * and ambient. A thread that acts for a user has none but permitted ones: those are the way back, take effect for nobody
 * by themselves, and do not pass to a child process. Inheritable and ambient ones would (capabilities(7)).
 */
final class ThreadCredentials {
    static final int[] NO_GROUPS = {};

    /** CAP_SETGID and CAP_SETUID. */
    private static final long CHANGE_IDS = 1L << 6 | 1L << 7;

    private final int[] uids;
    private final int[] gids;
    private final int fsuid;
    private final int fsgid;
    private final int[] groups;
    private final long effective;
    private final long permitted;
    private final long inheritable;
    private final long ambient;

    /** Takes over the arrays. */
    ThreadCredentials(
            int[] uids,
            int[] gids,
            int fsuid,
            int fsgid,
            int[] groups,
            long effective,
            long permitted,
            long inheritable,
            long ambient) {
        this.uids = uids;
        this.gids = gids;
        this.fsuid = fsuid;
        this.fsgid = fsgid;
        this.groups = groups;
        Arrays.sort(groups);
        this.effective = effective;
        this.permitted = permitted;
        this.inheritable = inheritable;
        this.ambient = ambient;
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
                Long.parseUnsignedLong(line(status, "CapInh:"), 16),
                Long.parseUnsignedLong(line(status, "CapAmb:"), 16));
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

    /**
     * {@return these, with an account's effective ids, which are those for files too; the real and the saved ids stay}
     *
     * <p>Effective, as the kernel decides by them about more than files: who may write {@code /proc/sys}, and whom a peer
     * of a Unix socket sees. Who may send the thread signals it decides by the real and saved ones.
     */
    ThreadCredentials forFiles(LinuxAccount account) {
        return carrying(account, uids[0], gids[0]);
    }

    /** {@return these, with an account's ids for everything; the saved ids stay, as the way back} */
    ThreadCredentials forEverything(LinuxAccount account) {
        return carrying(account, account.uid(), account.gid());
    }

    private ThreadCredentials carrying(LinuxAccount account, int realUid, int realGid) {
        return new ThreadCredentials(
                new int[] {realUid, account.uid(), uids[2]},
                new int[] {realGid, account.gid(), gids[2]},
                account.uid(),
                account.gid(),
                account.allGroups(),
                0,
                permitted,
                0,
                0);
    }

    /** {@return whether the calling thread carries these now} */
    boolean areCarried() {
        return SystemCalls.uidsAre(uids)
                && SystemCalls.gidsAre(gids)
                && SystemCalls.fileIdsAre(fsuid, fsgid)
                && SystemCalls.groupsAre(groups)
                && SystemCalls.capabilitiesAre(effective, permitted, inheritable, ambient);
    }

    /**
     * Makes the calling thread carry these, groups first and the user last. What came of it must be read back; so nothing
     * is read before but what a set would make worse.
     */
    void apply() {
        SystemCalls.regain(CHANGE_IDS);
        SystemCalls.setgroups(groups);
        setGid();
        setUid();
        setCapabilities();
    }

    /**
     * As {@link #apply()}, in reverse: the user first and the groups last; unless these lack the privilege for that. Makes
     * no object: a thread must come back from a task that has filled the heap.
     */
    void revert() {
        if ((effective & CHANGE_IDS) != CHANGE_IDS) {
            apply();
            return;
        }
        SystemCalls.regain(CHANGE_IDS);
        setUid();
        setGid();
        SystemCalls.setgroups(groups);
        setCapabilities();
    }

    /** Last of all: a change of the effective id from or to root's changes them too. */
    private void setCapabilities() {
        SystemCalls.capset(effective, permitted, inheritable);
        SystemCalls.setAmbient(ambient, inheritable);
    }

    /** The kernel makes the id for files the effective one (setresuid(2)), so that is seldom to be set by itself. */
    private void setUid() {
        SystemCalls.setresuid(uids);
        if (fsuid != uids[1]) {
            SystemCalls.setfsuid(fsuid);
        }
    }

    private void setGid() {
        SystemCalls.setresgid(gids);
        if (fsgid != gids[1]) {
            SystemCalls.setfsgid(fsgid);
        }
    }

    /** {@return whether this is an id of theirs, of whatever kind} */
    boolean have(int uid) {
        return fsuid == uid || Arrays.stream(uids).anyMatch(own -> own == uid);
    }

    /** {@return whether inheritable capabilities, once put away, can be taken out again} */
    boolean canInherit() {
        return (inheritable & ~permitted) == 0;
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
                && inheritable == o.inheritable
                && ambient == o.ambient;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(groups) * 31 + fsuid * 17 + fsgid;
    }

    @Override
    public String toString() {
        return "uid " + join(uids) + " fs " + Integer.toUnsignedString(fsuid) + ", gid " + join(gids) + " fs "
                + Integer.toUnsignedString(fsgid) + ", groups " + join(groups) + ", capabilities "
                + Long.toHexString(effective) + " of " + Long.toHexString(permitted) + ", inheritable "
                + Long.toHexString(inheritable) + ", ambient " + Long.toHexString(ambient);
    }

    private static String join(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toUnsignedString).collect(Collectors.joining(" ", "[", "]"));
    }
}
