package dev.latchkey.impersonation.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.WinNT.HANDLEByReference;
import com.sun.jna.platform.win32.WinNT.PSIDByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import com.sun.jna.win32.W32APIOptions;
import java.util.List;

/**
 * Windows itself, with what a test needs beyond the product: restricted tokens, objects that ask for a group, and a count
 * of handles.
 *
 * <p>Its users are the process's own with groups disabled: Administrators, Users, or both. Any thread.
 */
final class RealWindows implements TokenWorld {
    /** The user that no object for Administrators lets in. */
    static final int NO_ADMINISTRATOR = 0;

    private static final String ADMINISTRATORS = "S-1-5-32-544";
    private static final String BUILTIN_USERS = "S-1-5-32-545";
    private static final List<List<String>> DISABLED =
            List.of(List.of(ADMINISTRATORS), List.of(BUILTIN_USERS), List.of(ADMINISTRATORS, BUILTIN_USERS));

    private static final int EVENT_MODIFY_STATE = 2;
    private static final int SYSTEM_EXTENDED_HANDLE_INFORMATION = 64;
    private static final int STATUS_INFO_LENGTH_MISMATCH = 0xC0000004;

    private static final AdvapiForTests ADVAPI =
            Native.load("Advapi32", AdvapiForTests.class, W32APIOptions.DEFAULT_OPTIONS);
    private static final Nt NT = Native.load("ntdll", Nt.class);

    private final TokenCalls calls = WindowsCalls.get();

    /** What JNA's own lacks. */
    interface AdvapiForTests extends StdCallLibrary {
        boolean CreateRestrictedToken(
                HANDLE token,
                int flags,
                int disabledCount,
                Pointer disabled,
                int deletedCount,
                Pointer deleted,
                int restrictingCount,
                Pointer restricting,
                HANDLEByReference restricted);

        boolean ConvertStringSecurityDescriptorToSecurityDescriptor(
                String sddl, int revision, PointerByReference descriptor, Pointer size);
    }

    interface Nt extends StdCallLibrary {
        int NtQuerySystemInformation(int kind, Pointer into, int size, IntByReference needed);
    }

    @Override
    public TokenCalls calls() {
        return calls;
    }

    @Override
    public long open(int user, ImpersonationLevel level) {
        HANDLEByReference process = new HANDLEByReference();
        check(Advapi32.INSTANCE.OpenProcessToken(
                Kernel32.INSTANCE.GetCurrentProcess(), WinNT.TOKEN_ALL_ACCESS, process));
        HANDLEByReference restricted = new HANDLEByReference();
        List<String> disabled = DISABLED.get(user);
        Memory sids = new Memory(16L * disabled.size());
        for (int i = 0; i < disabled.size(); i++) {
            // Never freed: a few bytes a test.
            PSIDByReference sid = new PSIDByReference();
            check(Advapi32.INSTANCE.ConvertStringSidToSid(disabled.get(i), sid));
            sids.setPointer(16L * i, sid.getValue().getPointer());
            sids.setLong(16L * i + 8, 0);
        }
        check(ADVAPI.CreateRestrictedToken(process.getValue(), 0, disabled.size(), sids, 0, null, 0, null, restricted));
        HANDLEByReference impersonation = new HANDLEByReference();
        check(Advapi32.INSTANCE.DuplicateTokenEx(
                restricted.getValue(),
                WinNT.TOKEN_ALL_ACCESS,
                null,
                level.windows(),
                WinNT.TOKEN_TYPE.TokenImpersonation,
                impersonation));
        check(Kernel32.INSTANCE.CloseHandle(restricted.getValue()));
        check(Kernel32.INSTANCE.CloseHandle(process.getValue()));
        return Pointer.nativeValue(impersonation.getValue().getPointer());
    }

    /** A named event that admits Administrators only. */
    AutoCloseable eventForAdministrators(String name) {
        PointerByReference descriptor = new PointerByReference();
        check(ADVAPI.ConvertStringSecurityDescriptorToSecurityDescriptor("D:P(A;;GA;;;BA)", 1, descriptor, null));
        WinBase.SECURITY_ATTRIBUTES attributes = new WinBase.SECURITY_ATTRIBUTES();
        attributes.lpSecurityDescriptor = descriptor.getValue();
        attributes.write();
        HANDLE event = Kernel32.INSTANCE.CreateEvent(attributes, true, false, name);
        check(event != null);
        return () -> check(Kernel32.INSTANCE.CloseHandle(event));
    }

    /** {@return 0 if the calling thread may open the event, else the error} */
    int openEvent(String name) {
        HANDLE event = Kernel32.INSTANCE.OpenEvent(EVENT_MODIFY_STATE, false, name);
        if (event == null) {
            return Native.getLastError();
        }
        check(Kernel32.INSTANCE.CloseHandle(event));
        return 0;
    }

    /**
     * {@inheritDoc}
     *
     * <p>From the system's table of handles, for GetProcessHandleCount counts all kinds, and tells 0 under Wine.
     */
    @Override
    public int openTokens() {
        // Made so that its kind is known.
        long token = calls.openProcessToken();
        try {
            return handlesOfTheKindOf(token) - 1;
        } finally {
            calls.close(token);
        }
    }

    private static int handlesOfTheKindOf(long handle) {
        Memory table = handleTable();
        long process = ProcessHandle.current().pid();
        long count = table.getLong(0);
        int kind = -1;
        for (long i = 0; i < count; i++) {
            if (process(table, i) == process && handle(table, i) == handle) {
                kind = kind(table, i);
            }
        }
        if (kind < 0) {
            throw new IllegalStateException("the system's table lacks our handle " + handle);
        }
        int found = 0;
        for (long i = 0; i < count; i++) {
            if (process(table, i) == process && kind(table, i) == kind) {
                found++;
            }
        }
        return found;
    }

    /** SYSTEM_HANDLE_INFORMATION_EX: two words, then entries of 40 bytes. */
    private static Memory handleTable() {
        int size = 1 << 20;
        while (true) {
            Memory table = new Memory(size);
            int status =
                    NT.NtQuerySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, table, size, new IntByReference());
            if (status == 0) {
                return table;
            }
            if (status != STATUS_INFO_LENGTH_MISMATCH || size > 1 << 28) {
                throw new IllegalStateException("NtQuerySystemInformation: " + Integer.toHexString(status));
            }
            size *= 2;
        }
    }

    private static long process(Memory table, long entry) {
        return table.getLong(16 + entry * 40 + 8);
    }

    private static long handle(Memory table, long entry) {
        return table.getLong(16 + entry * 40 + 16);
    }

    private static int kind(Memory table, long entry) {
        return table.getShort(16 + entry * 40 + 30) & 0xffff;
    }

    private static void check(boolean done) {
        if (!done) {
            throw new IllegalStateException("error " + Native.getLastError());
        }
    }
}
