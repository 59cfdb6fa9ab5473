package dev.latchkey.impersonation.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's calls about the calling thread's credentials, by number, and nothing else.
 *
 * <p>Any thread; each call is about the thread that makes it.
 */
final class SystemCalls {
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int EINVAL = 22;

    private static final int[] X86_64 = {115, 116, 117, 118, 119, 120, 122, 123, 125, 126, 157};
    private static final int[] AARCH64 = {158, 159, 147, 148, 149, 150, 151, 152, 90, 91, 167};
    private static final int[] NUMBERS = numbers() == null ? new int[X86_64.length] : numbers();

    private static final long GETGROUPS = NUMBERS[0];
    private static final long SETGROUPS = NUMBERS[1];
    private static final long SETRESUID = NUMBERS[2];
    private static final long GETRESUID = NUMBERS[3];
    private static final long SETRESGID = NUMBERS[4];
    private static final long GETRESGID = NUMBERS[5];
    private static final long SETFSUID = NUMBERS[6];
    private static final long SETFSGID = NUMBERS[7];
    private static final long CAPGET = NUMBERS[8];
    private static final long CAPSET = NUMBERS[9];
    private static final long PRCTL = NUMBERS[10];

    private static final long PR_CAP_AMBIENT = 47;
    private static final long PR_CAP_AMBIENT_IS_SET = 1;
    private static final long PR_CAP_AMBIENT_RAISE = 2;
    private static final long PR_CAP_AMBIENT_LOWER = 3;

    /** Room for what a call reads or writes; the kernel takes 65,536 groups at most. */
    private static final Map<Thread, Scratch> ROOM = Collections.synchronizedMap(new WeakHashMap<>());

    /** Weak: a server's thread must not keep the class loader of an application that is gone. */
    private static final ThreadLocal<WeakReference<Scratch>> SCRATCH =
            ThreadLocal.withInitial(() -> new WeakReference<>(newScratch()));

    static {
        Native.register(SystemCalls.class, Platform.C_LIBRARY_NAME);
    }

    private SystemCalls() {}

    /** {@return the numbers of this machine's architecture, or null if they are not known} */
    private static int @Nullable [] numbers() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> null;
        };
    }

    /** {@return whether this machine's numbers are known} */
    static boolean known() {
        return numbers() != null;
    }

    // The function is variadic in C; on both architectures integers go the same way either way.
    private static native long syscall(long number, long a, long b, long c);

    private static native long syscall(long number, long a, long b, long c, long d, long e);

    /** {@return what the calling thread carries now} */
    static ThreadCredentials read() {
        Scratch scratch = scratch();
        int[] uids = three(scratch, GETRESUID, "getresuid");
        int[] gids = three(scratch, GETRESGID, "getresgid");
        // An id that cannot be is refused, and the present one returned.
        int fsuid = (int) syscall(SETFSUID, -1, 0, 0);
        int fsgid = (int) syscall(SETFSGID, -1, 0, 0);
        long[] capabilities = capabilities(scratch);
        return new ThreadCredentials(
                uids,
                gids,
                fsuid,
                fsgid,
                groups(scratch),
                capabilities[0],
                capabilities[1],
                capabilities[2],
                ambient(capabilities[2]));
    }

    private static int[] three(Scratch scratch, long call, String name) {
        long at = scratch.address();
        check(name, syscall(call, at, at + 4, at + 8));
        return scratch.memory.getIntArray(0, 3);
    }

    private static int[] groups(Scratch scratch) {
        while (true) {
            long count = syscall(GETGROUPS, scratch.capacity(), scratch.address(), 0);
            if (count >= 0) {
                return count == 0 ? ThreadCredentials.NO_GROUPS : scratch.memory.getIntArray(0, (int) count);
            }
            if (Native.getLastError() != EINVAL) {
                throw failure("getgroups");
            }
            scratch.grow((int) check("getgroups", syscall(GETGROUPS, 0, 0, 0)));
        }
    }

    private static long[] capabilities(Scratch scratch) {
        Memory memory = scratch.memory;
        capabilityHeader(memory);
        check("capget", syscall(CAPGET, scratch.address(), scratch.address() + 8, 0));
        return new long[] {set(memory, 0), set(memory, 1), set(memory, 2)};
    }

    private static void capabilityHeader(Memory memory) {
        memory.setInt(0, CAPABILITY_VERSION_3);
        memory.setInt(4, 0); // the calling thread
    }

    // The same questions for the usual case, that the answer is known: these make no objects.

    static boolean uidsAre(int[] uids) {
        return threeAre(GETRESUID, "getresuid", uids);
    }

    static boolean gidsAre(int[] gids) {
        return threeAre(GETRESGID, "getresgid", gids);
    }

    private static boolean threeAre(long call, String name, int[] ids) {
        Scratch scratch = scratch();
        long at = scratch.address();
        check(name, syscall(call, at, at + 4, at + 8));
        Memory memory = scratch.memory;
        return memory.getInt(0) == ids[0] && memory.getInt(4) == ids[1] && memory.getInt(8) == ids[2];
    }

    static boolean fileIdsAre(int fsuid, int fsgid) {
        return (int) syscall(SETFSUID, -1, 0, 0) == fsuid && (int) syscall(SETFSGID, -1, 0, 0) == fsgid;
    }

    /** Takes them sorted. */
    static boolean groupsAre(int[] groups) {
        Scratch scratch = scratch();
        scratch.grow(groups.length);
        long count = syscall(GETGROUPS, scratch.capacity(), scratch.address(), 0);
        if (count < 0 && Native.getLastError() != EINVAL) {
            throw failure("getgroups");
        }
        if (count != groups.length) {
            return false;
        }
        for (int i = 0; i < groups.length; i++) {
            if (scratch.memory.getInt(4L * i) != groups[i]) {
                // The kernel sorts them too, but ids as unsigned.
                int[] found = scratch.memory.getIntArray(0, groups.length);
                Arrays.sort(found);
                return Arrays.equals(found, groups);
            }
        }
        return true;
    }

    static boolean capabilitiesAre(long effective, long permitted, long inheritable, long ambient) {
        Scratch scratch = scratch();
        Memory memory = scratch.memory;
        capabilityHeader(memory);
        check("capget", syscall(CAPGET, scratch.address(), scratch.address() + 8, 0));
        return set(memory, 0) == effective
                && set(memory, 1) == permitted
                && set(memory, 2) == inheritable
                && ambient(inheritable) == ambient;
    }

    /** {@return the ambient ones; none can be that is not inheritable, so that these alone are asked for} */
    private static long ambient(long inheritable) {
        long found = 0;
        for (long left = inheritable; left != 0; left &= left - 1) {
            if (ambient(PR_CAP_AMBIENT_IS_SET, Long.numberOfTrailingZeros(left)) == 1) {
                found |= Long.lowestOneBit(left);
            }
        }
        return found;
    }

    private static long ambient(long action, int capability) {
        return check("prctl", syscall(PRCTL, PR_CAP_AMBIENT, action, capability, 0, 0));
    }

    /** Sets the ambient capabilities, once the inheritable ones are set. */
    static void setAmbient(long ambient, long inheritable) {
        for (long left = inheritable; left != 0; left &= left - 1) {
            boolean wanted = (ambient & Long.lowestOneBit(left)) != 0;
            ambient(wanted ? PR_CAP_AMBIENT_RAISE : PR_CAP_AMBIENT_LOWER, Long.numberOfTrailingZeros(left));
        }
    }

    private static long set(Memory memory, int i) {
        return Integer.toUnsignedLong(memory.getInt(8 + 4L * i)) | (long) memory.getInt(20 + 4L * i) << 32;
    }

    /** Makes permitted capabilities effective, as far as they are not. */
    static void regain(long capabilities) {
        Scratch scratch = scratch();
        Memory memory = scratch.memory;
        capabilityHeader(memory);
        check("capget", syscall(CAPGET, scratch.address(), scratch.address() + 8, 0));
        long missing = set(memory, 1) & capabilities & ~set(memory, 0);
        if (missing != 0) {
            put(memory, 0, set(memory, 0) | missing);
            check("capset", syscall(CAPSET, scratch.address(), scratch.address() + 8, 0));
        }
    }

    /** Sets the effective, permitted and inheritable capabilities. */
    static void capset(long effective, long permitted, long inheritable) {
        Scratch scratch = scratch();
        Memory memory = scratch.memory;
        capabilityHeader(memory);
        put(memory, 0, effective);
        put(memory, 1, permitted);
        put(memory, 2, inheritable);
        check("capset", syscall(CAPSET, scratch.address(), scratch.address() + 8, 0));
    }

    private static void put(Memory memory, int i, long set) {
        memory.setInt(8 + 4L * i, (int) set);
        memory.setInt(20 + 4L * i, (int) (set >>> 32));
    }

    static void setgroups(int[] groups) {
        Scratch scratch = scratch();
        scratch.grow(groups.length);
        scratch.memory.write(0, groups, 0, groups.length);
        check("setgroups", syscall(SETGROUPS, groups.length, scratch.address(), 0));
    }

    static void setresuid(int[] ids) {
        check("setresuid", syscall(SETRESUID, ids[0], ids[1], ids[2]));
    }

    static void setresgid(int[] ids) {
        check("setresgid", syscall(SETRESGID, ids[0], ids[1], ids[2]));
    }

    /** Tells nothing of success: read it back. */
    static void setfsuid(int id) {
        syscall(SETFSUID, id, 0, 0);
    }

    /** Tells nothing of success: read it back. */
    static void setfsgid(int id) {
        syscall(SETFSGID, id, 0, 0);
    }

    private static long check(String call, long result) {
        if (result < 0) {
            throw failure(call);
        }
        return result;
    }

    private static IllegalStateException failure(String call) {
        int errno = Native.getLastError();
        return new IllegalStateException(call + " failed with errno " + errno + (errno == 1 ? " (EPERM)" : ""));
    }

    private static Scratch scratch() {
        return Objects.requireNonNull(SCRATCH.get().get());
    }

    private static Scratch newScratch() {
        Scratch scratch = new Scratch();
        ROOM.put(Thread.currentThread(), scratch);
        return scratch;
    }

    private static final class Scratch {
        Memory memory = new Memory(4 * 64);

        long address() {
            return Pointer.nativeValue(memory);
        }

        int capacity() {
            return (int) (memory.size() / 4);
        }

        void grow(int ids) {
            if (ids > capacity()) {
                memory = new Memory(4L * ids);
            }
        }
    }
}
