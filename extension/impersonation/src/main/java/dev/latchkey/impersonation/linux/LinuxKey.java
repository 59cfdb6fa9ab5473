package dev.latchkey.impersonation.linux;

import java.util.List;

/**
 * Tells accounts on threads apart: ids, groups in ascending order, and whether they hold for more than files.
 *
 * @param uid the user
 * @param gid the primary group
 * @param groups the supplementary groups
 * @param everything whether the thread is the user for all purposes, not for files alone
 */
record LinuxKey(long uid, long gid, List<Long> groups, boolean everything) {
    @Override
    public String toString() {
        return "uid " + uid + " gid " + gid + " groups " + groups + (everything ? " for everything" : "");
    }
}
