package dev.latchkey.impersonation.web;

import java.io.IOException;
import java.io.PrintWriter;

/** The container's writer, but that it sends as the container. Threads as of the writer it wraps. */
final class CallerWriter extends PrintWriter {
    private static final int BYTES_OF_A_CHARACTER = 4;

    private final PrintWriter writer;
    private final OwnBuffer buffer;

    CallerWriter(PrintWriter writer, OwnBuffer buffer) {
        super(writer);
        this.writer = writer;
        this.buffer = buffer;
    }

    @Override
    public void write(int character) {
        write(1, () -> writer.write(character));
    }

    @Override
    public void write(char[] text, int offset, int length) {
        write(length, () -> writer.write(text, offset, length));
    }

    @Override
    public void write(String text, int offset, int length) {
        write(length, () -> writer.write(text, offset, length));
    }

    /** Its own line ends, as the container makes them. */
    @Override
    public void println() {
        write(2, writer::println);
    }

    private void write(int length, Runnable write) {
        keep(() -> buffer.write((long) BYTES_OF_A_CHARACTER * length, write::run));
    }

    @Override
    public void flush() {
        keep(() -> buffer.flush(writer::flush));
    }

    @Override
    public void close() {
        keep(() -> buffer.flush(writer::close));
    }

    @Override
    public boolean checkError() {
        flush();
        return super.checkError();
    }

    /** A print writer throws nothing of the kind. */
    private void keep(AsCaller.Callback call) {
        try {
            call.run();
        } catch (IOException e) {
            setError();
        }
    }
}
