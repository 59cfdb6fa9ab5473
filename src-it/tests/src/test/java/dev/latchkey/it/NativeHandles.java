package dev.latchkey.it;

import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * How many TLS connections of OpenSSL's this JVM has open: counted by the module, which shows it to its own tests alone.
 * Static; any thread.
 */
public final class NativeHandles {
    private NativeHandles() {}

    /** {@return the count; 0 in lanes without OpenSSL} */
    public static long open() {
        return Lane.current().isOpenSsl() ? count("made") - count("freed") : 0;
    }

    private static long count(String which) {
        try {
            Class<?> kinds = Class.forName("dev.latchkey.openssl.NativeHandle$Kind");
            Field ssl = kinds.getDeclaredField("SSL");
            ssl.setAccessible(true);
            Method counted = kinds.getDeclaredMethod(which);
            counted.setAccessible(true);
            return (Long) counted.invoke(ssl.get(null));
        } catch (ReflectiveOperationException x) {
            throw new IllegalStateException("the module counts its handles no more in this way", x);
        }
    }
}
