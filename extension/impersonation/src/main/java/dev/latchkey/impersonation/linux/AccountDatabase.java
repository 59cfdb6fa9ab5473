package dev.latchkey.impersonation.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The system's database of users and groups, through the C library, so that every source it is set up with counts.
 *
 * <p>Any thread; may block.
 */
final class AccountDatabase {
    private static final int ERANGE = 34;
    private static final int LARGEST = 1 << 20;

    // struct passwd of 64-bit Linux: name, password, uid, gid, three more strings.
    private static final int PASSWD_SIZE = 48;
    private static final int PW_NAME = 0;
    private static final int PW_UID = 16;
    private static final int PW_GID = 20;

    static {
        Native.register(AccountDatabase.class, Platform.C_LIBRARY_NAME);
    }

    private AccountDatabase() {}

    private static native int getpwnam_r(
            String name, Pointer passwd, Pointer buffer, long size, PointerByReference result);

    private static native int getpwuid_r(int uid, Pointer passwd, Pointer buffer, long size, PointerByReference result);

    private static native int getgrouplist(String user, int gid, Pointer groups, IntByReference count);

    static Optional<LinuxAccount> byName(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return find((passwd, buffer, result) -> getpwnam_r(name, passwd, buffer, buffer.size(), result));
    }

    static Optional<LinuxAccount> byId(int uid) {
        return find((passwd, buffer, result) -> getpwuid_r(uid, passwd, buffer, buffer.size(), result));
    }

    private static Optional<LinuxAccount> find(Query query) {
        try (Memory passwd = new Memory(PASSWD_SIZE)) {
            for (int size = 1024; size <= LARGEST; size *= 4) {
                try (Memory buffer = new Memory(size)) {
                    PointerByReference result = new PointerByReference();
                    int error = query.ask(passwd, buffer, result);
                    if (error == 0) {
                        return result.getValue() == null ? Optional.empty() : Optional.of(account(passwd));
                    }
                    if (error != ERANGE) {
                        throw new IllegalStateException("The account database answers with errno " + error);
                    }
                }
            }
            throw new IllegalStateException("An entry of the account database is larger than " + LARGEST + " bytes");
        }
    }

    private static LinuxAccount account(Memory passwd) {
        String name = passwd.getPointer(PW_NAME).getString(0);
        int gid = passwd.getInt(PW_GID);
        return new LinuxAccount(name, passwd.getInt(PW_UID), gid, groups(name, gid));
    }

    private static List<Integer> groups(String name, int gid) {
        IntByReference count = new IntByReference(64);
        while (true) {
            int room = count.getValue();
            try (Memory groups = new Memory(4L * room)) {
                if (getgrouplist(name, gid, groups, count) >= 0) {
                    List<Integer> found = new ArrayList<>();
                    for (int id : groups.getIntArray(0, count.getValue())) {
                        found.add(id);
                    }
                    return found;
                }
            }
            if (count.getValue() <= room) {
                // Some libraries do not say how many there are.
                count.setValue(room * 2);
            }
        }
    }

    private interface Query {
        int ask(Memory passwd, Memory buffer, PointerByReference result);
    }
}
