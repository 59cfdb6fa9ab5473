package dev.latchkey.it.home.callers;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a file, or reads one.
 *
 * @param make a file to make, or null
 * @param read a file to read, or null
 */
record Work(String make, String read) {
    static Work of(HttpServletRequest request) {
        return new Work(request.getParameter("make"), request.getParameter("read"));
    }

    /** {@return the number of the new file's owner; else the text that was read, or "refused"} */
    String done() {
        try {
            return make == null
                    ? Files.readString(Path.of(read))
                    : String.valueOf(Files.getAttribute(Files.createFile(Path.of(make)), "unix:uid"));
        } catch (AccessDeniedException e) {
            return "refused";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
