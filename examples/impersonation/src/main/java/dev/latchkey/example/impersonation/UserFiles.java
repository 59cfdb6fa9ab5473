package dev.latchkey.example.impersonation;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads files as whoever the calling thread is to the operating system. Any thread; blocks.
 */
final class UserFiles {
    /** An optional user, and an optional file; no way up. */
    private static final Pattern PATH = Pattern.compile("/(?:(\\w[\\w-]*)(?:/(\\w[\\w.-]*)?)?)?");

    private final Path directory;

    UserFiles(Path directory) {
        this.directory = directory;
    }

    static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }

    Answer read(String user, String path) {
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()) {
            return new Answer(404, "There is no " + path + "\n");
        }
        String owner = parts.group(1) == null ? user : parts.group(1);
        Path home = directory.resolve(owner);
        try {
            return new Answer(
                    200,
                    parts.group(2) == null ? list(user, home, owner) : Files.readString(home.resolve(parts.group(2))));
        } catch (AccessDeniedException e) {
            return new Answer(403, "The operating system does not let " + user + " read this\n");
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Answer(404, "There is no " + path + "\n");
        } catch (IOException e) {
            return new Answer(500, "Not read: " + e.getMessage() + "\n");
        }
    }

    private static String list(String user, Path home, String owner) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> "  " + owner + "/" + file.getFileName() + "\n")
                    .sorted()
                    .collect(Collectors.joining(
                            "",
                            "The files of " + owner + ", read as " + user + " by "
                                    + Thread.currentThread().getName() + ":\n",
                            ""));
        }
    }
}
