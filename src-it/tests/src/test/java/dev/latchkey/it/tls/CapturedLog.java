package dev.latchkey.it.tls;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.logging.JettyLogger;
import org.eclipse.jetty.logging.StdErrAppender;
import org.slf4j.LoggerFactory;

/** What the server logs while this is open. One at a time: the log is the JVM's. */
final class CapturedLog implements AutoCloseable {
    private final StdErrAppender appender =
            (StdErrAppender) ((JettyLogger) LoggerFactory.getLogger("dev.latchkey.jetty")).getAppender();
    private final PrintStream before = appender.getStream();
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    CapturedLog() {
        appender.setStream(new PrintStream(captured, true, StandardCharsets.UTF_8));
    }

    /** {@return the lines so far} */
    List<String> lines() {
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** {@return the lines so far that contain a text} */
    List<String> lines(String text) {
        return lines().stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        appender.setStream(before);
        (before == null ? System.err : before).print(captured.toString(StandardCharsets.UTF_8));
    }
}
