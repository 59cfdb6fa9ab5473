package dev.latchkey.it;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.logging.JettyLogger;
import org.eclipse.jetty.logging.StdErrAppender;
import org.slf4j.LoggerFactory;

/** What the JVM logs while this is open; it is shown as ever. One at a time. */
public final class CapturedLog implements AutoCloseable {
    private final StdErrAppender appender =
            (StdErrAppender) ((JettyLogger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).getAppender();
    private final PrintStream before = appender.getStream();
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    /** Begins. */
    public CapturedLog() {
        appender.setStream(new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        captured.write(bytes, offset, length);
                        System.err.write(bytes, offset, length);
                    }
                },
                true,
                StandardCharsets.UTF_8));
    }

    /** {@return all lines so far} */
    public List<String> lines() {
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** {@return the lines so far that contain a text} */
    public List<String> lines(String text) {
        return lines().stream().filter(line -> line.contains(text)).toList();
    }

    /** {@return the lines of a log entry at INFO that Latchkey wrote} */
    public List<String> ofLatchkey() {
        return lines().stream().filter(l -> l.contains(":INFO :dlj.")).toList();
    }

    /** {@return the lines that a clean log does not have: warnings, errors, stack traces} */
    public List<String> problems() {
        return lines().stream()
                .filter(l -> l.contains(":WARN ")
                        || l.contains(":ERROR:")
                        || l.matches("\\s+at .*|Caused by: .*|\\S+(Exception|Error)(: .*)?"))
                .toList();
    }

    @Override
    public void close() {
        appender.setStream(before);
    }
}
