package dev.latchkey.openssl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds OpenSSL's two libraries, checks their version, and says how C's types are written in a call.
 *
 * <p>Only 64-bit platforms are served. A C {@code long} is passed as 64 bits; where C's is 32 (Windows) the callee
 * reads the lower half, and so do we of a result. Immutable once loaded; safe for any thread.
 */
// Restricted methods are what this class is for; whoever runs it enables native access.
@SuppressWarnings("restricted")
final class Native {
    /** An opaque pointer. */
    static final OfLong PTR = JAVA_LONG;
    /** A pointer to bytes that Java lends for the call. */
    static final AddressLayout BUF = ADDRESS;

    static final OfInt INT = JAVA_INT;
    /** C's {@code long}, {@code size_t} and {@code uint64_t}. */
    static final OfLong LONG = JAVA_LONG;

    /** For functions that are short, never block and never call back. */
    static final Linker.Option SHORT = Linker.Option.critical(false);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final long OLDEST = 0x3000_0000L;
    private static final Loading LOADED = load();

    private Native() {}

    /** What loading came to: both libraries and no problem, or a problem. */
    private record Loading(
            @Nullable SymbolLookup crypto,
            @Nullable SymbolLookup ssl,
            String version,
            @Nullable String problem) {
        static Loading failed(String problem) {
            return new Loading(null, null, "", problem);
        }
    }

    /** One line that says what is missing, or empty when OpenSSL can be used. */
    static Optional<String> problem() {
        if (LOADED.problem != null) {
            return Optional.of(LOADED.problem);
        }
        try {
            MethodHandles.lookup().ensureInitialized(LibCrypto.class);
            MethodHandles.lookup().ensureInitialized(LibSslContext.class);
            MethodHandles.lookup().ensureInitialized(LibSsl.class);
            return Optional.empty();
        } catch (Throwable t) {
            Throwable cause = t instanceof ExceptionInInitializerError && t.getCause() != null ? t.getCause() : t;
            return Optional.of(LOADED.version + " cannot be used: " + cause.getMessage());
        }
    }

    /** OpenSSL's own name and version, as {@code OpenSSL 3.0.19 27 Jan 2026}. */
    static String version() {
        return LOADED.version;
    }

    static MethodHandle crypto(String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        return function(LOADED.crypto, name, descriptor(result, arguments));
    }

    static MethodHandle ssl(String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        return function(LOADED.ssl, name, descriptor(result, arguments));
    }

    static MethodHandle shortCrypto(String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        return function(LOADED.crypto, name, descriptor(result, arguments), SHORT);
    }

    static MethodHandle shortSsl(String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        return function(LOADED.ssl, name, descriptor(result, arguments), SHORT);
    }

    /** A C function pointer to a static method that lives as long as the JVM. The method must not throw. */
    static MemorySegment upcall(
            MethodHandles.Lookup in, String method, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        FunctionDescriptor descriptor = descriptor(result, arguments);
        MethodType type = descriptor.toMethodType();
        try {
            return LINKER.upcallStub(in.findStatic(in.lookupClass(), method, type), descriptor, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No method " + method + type, e);
        }
    }

    /** What a downcall can throw is a fault of ours: wrong types, or a segment whose arena is closed. */
    static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof RuntimeException e ? e : new IllegalStateException(t);
    }

    /** The bytes at an address that C gave. */
    static MemorySegment bytes(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    private static FunctionDescriptor descriptor(@Nullable MemoryLayout result, MemoryLayout... arguments) {
        return result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
    }

    private static MethodHandle function(
            @Nullable SymbolLookup library, String name, FunctionDescriptor descriptor, Linker.Option... options) {
        if (library == null) {
            throw new IllegalStateException(LOADED.problem);
        }
        MemorySegment symbol =
                library.find(name).orElseThrow(() -> new IllegalStateException("the library has no function " + name));
        return LINKER.downcallHandle(symbol, descriptor, options);
    }

    private static Loading load() {
        if (ADDRESS.byteSize() != Long.BYTES) {
            return Loading.failed("OpenSSL by the Foreign Function and Memory API needs a 64-bit Java");
        }
        try {
            // libssl needs libcrypto, and finds the copy that is loaded already whatever its file is called.
            SymbolLookup crypto = open(OpenSsl.LIBCRYPTO_PROPERTY, "crypto");
            SymbolLookup ssl = open(OpenSsl.LIBSSL_PROPERTY, "ssl");
            requireFunction(crypto, "OpenSSL_version_num", OpenSsl.LIBCRYPTO_PROPERTY, "libcrypto");
            requireFunction(ssl, "OPENSSL_init_ssl", OpenSsl.LIBSSL_PROPERTY, "libssl");
            String version = versionOf(crypto);
            if (versionNumber(crypto) < OLDEST) {
                return Loading.failed(version + " is too old: OpenSSL 3.0 or later is needed");
            }
            return new Loading(crypto, ssl, version, null);
        } catch (IllegalCallerException e) {
            return Loading.failed("OpenSSL 3 is not usable: this Java denies native access; start it with"
                    + " --enable-native-access=ALL-UNNAMED");
        } catch (Throwable t) {
            return Loading.failed("OpenSSL 3 is not usable: " + t.getMessage());
        }
    }

    private static void requireFunction(SymbolLookup library, String function, String property, String name) {
        if (library.find(function).isEmpty()) {
            String path = System.getProperty(property, "");
            throw new IllegalStateException((path.isBlank() ? "what is found as " + name : path) + " is not OpenSSL's "
                    + name + ", or is older than OpenSSL 1.1");
        }
    }

    private static SymbolLookup open(String property, String library) {
        String path = System.getProperty(property);
        if (path != null && !path.isBlank()) {
            try {
                return SymbolLookup.libraryLookup(Path.of(path), Arena.global());
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException("cannot load " + path + ", given by " + property, e);
            }
        }
        List<String> names = fileNames(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), library);
        for (String name : names) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException e) {
                // The next name may be there.
            }
        }
        throw new IllegalStateException("none of " + names
                + " was found; install OpenSSL 3, or give its full path by the property " + property);
    }

    /** The file names to ask the platform's own loader for, best first. */
    static List<String> fileNames(String osName, String osArch, String library) {
        String os = osName.toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            String arch = osArch.equals("aarch64") ? "arm64" : "x64";
            return List.of("lib" + library + "-3-" + arch + ".dll", "lib" + library + "-3.dll");
        }
        if (os.startsWith("mac")) {
            return List.of("lib" + library + ".3.dylib");
        }
        return List.of("lib" + library + ".so.3");
    }

    private static long versionNumber(SymbolLookup crypto) throws Throwable {
        MethodHandle handle = function(crypto, "OpenSSL_version_num", FunctionDescriptor.of(LONG));
        return (long) handle.invokeExact() & 0xFFFF_FFFFL;
    }

    private static String versionOf(SymbolLookup crypto) throws Throwable {
        MethodHandle handle = function(crypto, "OpenSSL_version", FunctionDescriptor.of(PTR, INT));
        return bytes((long) handle.invokeExact(0), 256).getString(0);
    }
}
