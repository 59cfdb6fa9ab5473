package dev.latchkey.impersonation.naming;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The system's {@code getaddrinfo} (RFC 3493 section 6.1), called without Java's cache in between.
 *
 * <p>Its functions are found when it is opened, so that no library is loaded while somebody is impersonated. Any thread.
 */
final class SystemNames implements NameLookup {
    private static final int ADDRINFO_SIZE = 48;
    private static final int SOCKTYPE_OFFSET = 8;
    private static final int NEXT_OFFSET = 40;
    private static final int SOCK_STREAM = 1;
    private static final int AF_INET = 2;

    private final Function getaddrinfo;
    private final Function freeaddrinfo;

    /** Linux has the address before the canonical name, others after it. */
    private final int addressOffset = Platform.isLinux() ? 24 : 32;

    private SystemNames(NativeLibrary library) {
        getaddrinfo = library.getFunction("getaddrinfo");
        freeaddrinfo = library.getFunction("freeaddrinfo");
    }

    static SystemNames open() {
        try {
            if (Native.POINTER_SIZE != 8) {
                throw new UnsupportedOperationException("The system's names are asked for on 64-bit systems only");
            }
            SystemNames names = new SystemNames(
                    NativeLibrary.getInstance(Platform.isWindows() ? "ws2_32" : Platform.C_LIBRARY_NAME));
            names.lookup("127.0.0.1");
            return names;
        } catch (LinkageError | UnknownHostException e) {
            throw new UnsupportedOperationException(
                    "The system's names cannot be asked for without JNA: put net.java.dev.jna:jna on the class path",
                    e);
        }
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        try (Memory hints = new Memory(ADDRINFO_SIZE)) {
            hints.clear();
            hints.setInt(SOCKTYPE_OFFSET, SOCK_STREAM);
            PointerByReference first = new PointerByReference();
            int error = getaddrinfo.invokeInt(new Object[] {host, null, hints, first});
            if (error != 0) {
                throw new UnknownHostException(host + " (getaddrinfo: " + error + ")");
            }
            try {
                return addresses(host, first.getValue());
            } finally {
                freeaddrinfo.invokeVoid(new Object[] {first.getValue()});
            }
        }
    }

    private List<InetAddress> addresses(String host, Pointer first) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (Pointer each = first; each != null; each = each.getPointer(NEXT_OFFSET)) {
            Pointer address = each.getPointer(addressOffset);
            // A struct sockaddr_in has its 4 bytes behind the port, a sockaddr_in6 its 16 behind the flow as well.
            byte[] bytes = each.getInt(4) == AF_INET ? address.getByteArray(4, 4) : address.getByteArray(8, 16);
            InetAddress made = InetAddress.getByAddress(host, bytes);
            if (!addresses.contains(made)) {
                addresses.add(made);
            }
        }
        return addresses;
    }
}
