package dev.latchkey.impersonation.windows;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.WinNT.HANDLEByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.W32APIOptions;
import org.jspecify.annotations.Nullable;

/** JNA's Advapi32 and the three functions that it lacks in the form that is needed here; nothing but their signatures. */
interface Advapi32Tokens extends Advapi32 {

    /** Loads the library. */
    static Advapi32Tokens load() {
        return Native.load("Advapi32", Advapi32Tokens.class, W32APIOptions.DEFAULT_OPTIONS);
    }

    /** JNA's own takes structures only, and has none for the statistics of a token. */
    boolean GetTokenInformation(HANDLE token, int kind, @Nullable Pointer into, int size, IntByReference needed);

    /** JNA's own takes the password as a String, which stays in memory for an unknown time. */
    boolean LogonUserW(
            Pointer user,
            @Nullable Pointer domain,
            @Nullable Pointer password,
            int type,
            int provider,
            HANDLEByReference token);

    boolean ConvertStringSecurityDescriptorToSecurityDescriptor(
            String sddl, int revision, PointerByReference descriptor, @Nullable IntByReference size);
}
