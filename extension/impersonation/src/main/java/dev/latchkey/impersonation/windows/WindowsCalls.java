package dev.latchkey.impersonation.windows;

import org.jspecify.annotations.Nullable;

/** Finds out once whether this process has {@link TokenCalls} to Windows, and holds them. Static; any thread. */
final class WindowsCalls {
    private static @Nullable TokenCalls calls;
    private static @Nullable String problem;

    private WindowsCalls() {}

    /**
     * {@return the calls to Windows}
     *
     * @throws IllegalStateException if there are none here; its message says what to do
     */
    static synchronized TokenCalls get() {
        if (calls == null && problem == null) {
            load();
        }
        if (calls == null) {
            throw new IllegalStateException(problem);
        }
        return calls;
    }

    private static void load() {
        if (!System.getProperty("os.name", "").startsWith("Windows")) {
            problem = "access tokens need Windows";
            return;
        }
        try {
            calls = new JnaTokenCalls();
        } catch (LinkageError e) {
            problem = "put net.java.dev.jna:jna and jna-platform on the class path, and let JNA write to its temporary"
                    + " folder: " + e;
        } catch (RuntimeException e) {
            problem = "access tokens cannot be used here: " + e;
        }
    }
}
