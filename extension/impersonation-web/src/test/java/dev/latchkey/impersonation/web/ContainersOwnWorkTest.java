package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.linux.LinuxAccount;
import dev.latchkey.impersonation.linux.LinuxIdentity;
import dev.latchkey.testkit.TestPrograms;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller's code makes its container do, the container does as itself; on a double of it and a real account. */
class ContainersOwnWorkTest {
    private static final int ALICE = 21001;
    private static final int BUFFER = 1024;

    /** What the container was told, and as whom. */
    private final Map<String, Integer> told = new TreeMap<>();

    private Identity alice;

    @BeforeEach
    void capture() {
        TestPrograms.requireRoot("Linux accounts on threads");
        alice = LinuxIdentity.identity(Identities.flow(), LinuxAccount.of(ALICE, ALICE));
    }

    @AfterEach
    void giveBack() {
        alice.close();
    }

    @Test
    void whatIsSentIsSentByTheContainer() throws Exception {
        HttpServletResponse response = (HttpServletResponse) CallerResponse.around(container(), () -> alice);
        alice.call(() -> {
            ServletOutputStream out = response.getOutputStream();
            out.write(new byte[BUFFER]);
            out.flush();
            out.close();
            response.flushBuffer();
            response.sendError(400);
            response.sendRedirect("/elsewhere");
            return note("the caller");
        });
        assertThat(told.remove("the caller")).isEqualTo(ALICE);
        assertThat(told).containsOnlyKeys("write", "flush", "close", "flushBuffer", "sendError", "sendRedirect");
        assertThat(told.values()).containsOnly(0);
    }

    @Test
    void manySmallWritesAreSentByTheContainerWhenTheBufferMayBeFull() throws Exception {
        HttpServletResponse response = (HttpServletResponse) CallerResponse.around(container(), () -> alice);
        alice.call(() -> {
            ServletOutputStream out = response.getOutputStream();
            for (int i = 0; i < BUFFER - 1; i++) {
                out.write(1);
            }
            // Copied to where it waits: not worth a change of ids.
            assertThat(told).containsEntry("write", ALICE);
            out.write(1);
            return true;
        });
        assertThat(told).containsEntry("write", 0);
    }

    @Test
    void aWriterSendsAsTheContainerToo() throws Exception {
        HttpServletResponse response = (HttpServletResponse) CallerResponse.around(container(), () -> alice);
        alice.call(() -> {
            PrintWriter out = response.getWriter();
            assertThat(response.getWriter()).isSameAs(out);
            out.print("x".repeat(BUFFER));
            out.flush();
            out.close();
            return true;
        });
        assertThat(told).isEqualTo(Map.of("write", 0, "flush", 0, "close", 0));
    }

    @Test
    void whatMayStartAThreadIsAskedOfTheContainerByNobody() throws Exception {
        Decision decision = new Decision(new Caller(
                Identities.flow(), (jakarta.servlet.ServletContext) proxy(jakarta.servlet.ServletContext.class)));
        decision.become(alice.retain(), null);
        CallerAsyncContext async = new CallerAsyncContext((AsyncContext) proxy(AsyncContext.class), decision);
        alice.call(() -> {
            async.start(() -> {});
            async.dispatch();
            async.dispatch("/path");
            async.setTimeout(1);
            async.complete();
            return true;
        });
        decision.close();
        assertThat(told).containsKeys("start", "dispatch", "setTimeout", "complete");
        assertThat(told.values()).containsOnly(0);
    }

    private HttpServletResponse container() {
        return (HttpServletResponse) proxy(HttpServletResponse.class);
    }

    private Object proxy(Class<?> type) {
        InvocationHandler container = (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "getBufferSize":
                    return BUFFER;
                case "getOutputStream":
                    return new Noting();
                case "getWriter":
                    return new PrintWriter(new NotingWriter());
                case "getClassLoader":
                    return getClass().getClassLoader();
                case "getInitParameter":
                    return null;
                case "start":
                    note("start");
                    ((Runnable) arguments[0]).run();
                    return null;
                default:
                    note(method.getName());
                    return null;
            }
        };
        return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, container);
    }

    private boolean note(String what) {
        try {
            String line = Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                    .filter(text -> text.startsWith("Uid:"))
                    .findFirst()
                    .orElseThrow();
            told.put(what, Integer.parseInt(line.split("\\s+")[4]));
            return true;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Noting extends ServletOutputStream {
        @Override
        public void write(int octet) {
            note("write");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            note("write");
        }

        @Override
        public void flush() {
            note("flush");
        }

        @Override
        public void close() {
            note("close");
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private final class NotingWriter extends Writer {
        @Override
        public void write(char[] text, int offset, int length) {
            note("write");
        }

        @Override
        public void flush() {
            note("flush");
        }

        @Override
        public void close() {
            note("close");
        }
    }
}
