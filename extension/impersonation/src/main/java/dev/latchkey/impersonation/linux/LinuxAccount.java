package dev.latchkey.impersonation.linux;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An account of this system: a user, the primary group, and all supplementary groups. Immutable.
 *
 * @param name the user's name, or its number where it has none
 * @param uid the user's id, unsigned
 * @param gid the primary group's id, unsigned
 * @param groups the supplementary groups' ids, unsigned, in ascending order
 */
public record LinuxAccount(String name, int uid, int gid, List<Integer> groups) {

    public LinuxAccount {
        groups = groups.stream().distinct().sorted().toList();
    }

    /** {@return an account by numbers alone, known to the system or not} */
    public static LinuxAccount of(int uid, int gid, int... groups) {
        return new LinuxAccount(
                Integer.toUnsignedString(uid),
                uid,
                gid,
                Arrays.stream(groups).boxed().toList());
    }

    /**
     * {@return the account of this name in the system's own database, such as files, LDAP or SSSD}
     *
     * <p>May block. The groups are those of the moment.
     *
     * @throws IllegalStateException if the database cannot be asked
     */
    public static Optional<LinuxAccount> named(String name) {
        return AccountDatabase.byName(name);
    }

    /** {@return the account with this id; else as {@link #named}} */
    public static Optional<LinuxAccount> withId(int uid) {
        return AccountDatabase.byId(uid);
    }

    /**
     * {@return whether this is an account of a service or of nobody, and not of a person: below UID_MIN of {@code
     * login.defs(5)}, or from 61184 to 65535}
     */
    public boolean isOfSystem() {
        return SystemAccounts.include(uid);
    }

    int[] allGroups() {
        return groups.stream().mapToInt(Integer::intValue).toArray();
    }
}
