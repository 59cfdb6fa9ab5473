package dev.latchkey.impersonation.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinError;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.WinNT.HANDLEByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@link TokenCalls} by JNA.
 *
 * <p>Making one loads JNA and its libraries, so it is done on a thread that carries no token. Immutable; any thread.
 */
final class JnaTokenCalls implements TokenCalls {
    /** Enough to be told what a token is and to duplicate it. */
    private static final int READ_AND_DUPLICATE = WinNT.TOKEN_QUERY | WinNT.TOKEN_DUPLICATE;

    /** And to be carried. */
    private static final int CARRY = READ_AND_DUPLICATE | WinNT.TOKEN_IMPERSONATE;

    private static final int SDDL_REVISION_1 = 1;

    private final Advapi32Tokens advapi;
    private final Kernel32 kernel;
    private final WinBase.SECURITY_ATTRIBUTES ours;

    JnaTokenCalls() {
        advapi = Advapi32Tokens.load();
        kernel = Kernel32.INSTANCE;
        ours = new WinBase.SECURITY_ATTRIBUTES();
        ours.lpSecurityDescriptor = descriptorForThisProcess();
        ours.bInheritHandle = false;
        ours.write();
    }

    /**
     * Duplicates are made on a thread that acts as the user; left alone, Windows would protect them as the user's
     * objects, and a worker of this process could not read back what it carries. So the process's account is named.
     */
    private Pointer descriptorForThisProcess() {
        long process = openProcessToken();
        try {
            String sddl = "D:P(A;;GA;;;SY)(A;;GA;;;" + key(process).user() + ")";
            PointerByReference descriptor = new PointerByReference();
            check(
                    "ConvertStringSecurityDescriptorToSecurityDescriptor",
                    advapi.ConvertStringSecurityDescriptorToSecurityDescriptor(
                            sddl, SDDL_REVISION_1, descriptor, null));
            // Never freed: it serves as long as the process.
            return descriptor.getValue();
        } finally {
            close(process);
        }
    }

    @Override
    public long openThreadToken() {
        HANDLEByReference token = new HANDLEByReference();
        HANDLE thread = kernel.GetCurrentThread();
        // First as the process; a token that somebody else has put there may admit only its own user.
        if (advapi.OpenThreadToken(thread, READ_AND_DUPLICATE, true, token)) {
            return number(token);
        }
        int error = Native.getLastError();
        if (error == WinError.ERROR_ACCESS_DENIED) {
            if (advapi.OpenThreadToken(thread, READ_AND_DUPLICATE, false, token)) {
                return number(token);
            }
            error = Native.getLastError();
        }
        if (error == WinError.ERROR_NO_TOKEN) {
            return NONE;
        }
        throw new WindowsTokenException("OpenThreadToken", error);
    }

    @Override
    public long openProcessToken() {
        HANDLEByReference token = new HANDLEByReference();
        check("OpenProcessToken", advapi.OpenProcessToken(kernel.GetCurrentProcess(), READ_AND_DUPLICATE, token));
        return number(token);
    }

    @Override
    public long duplicate(long token, ImpersonationLevel level) {
        HANDLEByReference duplicate = new HANDLEByReference();
        check(
                "DuplicateTokenEx",
                advapi.DuplicateTokenEx(
                        handle(token), CARRY, ours, level.windows(), WinNT.TOKEN_TYPE.TokenImpersonation, duplicate));
        return number(duplicate);
    }

    @Override
    public void setThreadToken(long token) {
        if (token == NONE) {
            // To Windows it would mean: revert.
            throw new WindowsTokenException(WindowsError.INVALID_HANDLE, "SetThreadToken without a token");
        }
        check("SetThreadToken", advapi.SetThreadToken(null, handle(token)));
    }

    @Override
    public void revertToSelf() {
        check("RevertToSelf", advapi.RevertToSelf());
    }

    @Override
    public TokenFacts facts(long token) {
        return TokenLayout.facts(read(token, WinNT.TOKEN_INFORMATION_CLASS.TokenStatistics));
    }

    @Override
    public TokenKey key(long token) {
        TokenFacts facts = facts(token);
        return TokenLayout.key(
                facts,
                read(token, WinNT.TOKEN_INFORMATION_CLASS.TokenUser),
                read(token, WinNT.TOKEN_INFORMATION_CLASS.TokenGroups),
                restrictingSids(token));
    }

    /** A system that has no restricting SIDs (Wine) says so by an error that Windows never gives here. */
    private @Nullable Memory restrictingSids(long token) {
        try {
            return read(token, WinNT.TOKEN_INFORMATION_CLASS.TokenRestrictedSids);
        } catch (WindowsTokenException e) {
            if (e.code() == WinError.ERROR_INVALID_FUNCTION) {
                return null;
            }
            throw e;
        }
    }

    private Memory read(long token, int kind) {
        IntByReference needed = new IntByReference();
        int size = 1024;
        while (true) {
            Memory memory = new Memory(size);
            if (advapi.GetTokenInformation(handle(token), kind, memory, size, needed)) {
                return memory;
            }
            int error = Native.getLastError();
            // It grows at most once a call: what is read does not change, but a size of 0 must not spin.
            if (error != WinError.ERROR_INSUFFICIENT_BUFFER || needed.getValue() <= size) {
                throw new WindowsTokenException("GetTokenInformation", error);
            }
            size = needed.getValue();
        }
    }

    @Override
    public long logOn(String user, @Nullable String domain, char @Nullable [] password, LogonType type) {
        HANDLEByReference token = new HANDLEByReference();
        try (Memory nativeUser = text(user.toCharArray());
                Memory nativeDomain = domain == null ? null : text(domain.toCharArray());
                Memory nativePassword = password == null ? null : text(password)) {
            boolean done;
            int error;
            try {
                done = advapi.LogonUserW(
                        nativeUser,
                        nativeDomain,
                        nativePassword,
                        type.windows(),
                        WinBase.LOGON32_PROVIDER_DEFAULT,
                        token);
                error = Native.getLastError();
            } finally {
                if (nativePassword != null) {
                    nativePassword.clear();
                }
            }
            if (!done) {
                throw new WindowsTokenException("LogonUser", error);
            }
        }
        return number(token);
    }

    @Override
    public void close(long handle) {
        check("CloseHandle", kernel.CloseHandle(handle(handle)));
    }

    /** The text as UTF-16 with a null at the end. */
    private static Memory text(char[] text) {
        char[] terminated = Arrays.copyOf(text, text.length + 1);
        Memory memory = new Memory((long) terminated.length * Character.BYTES);
        memory.write(0, terminated, 0, terminated.length);
        Arrays.fill(terminated, '\0');
        return memory;
    }

    private static HANDLE handle(long handle) {
        return new HANDLE(new Pointer(handle));
    }

    private static long number(HANDLEByReference handle) {
        return Pointer.nativeValue(handle.getValue().getPointer());
    }

    /** Must follow its call at once: JNA keeps the last error for each thread. */
    private static void check(String call, boolean done) {
        if (!done) {
            throw new WindowsTokenException(call, Native.getLastError());
        }
    }
}
