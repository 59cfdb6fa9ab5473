package dev.latchkey.it.browsers;

import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.TestPrograms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One running browser. Closing it ends its processes. For one thread. */
final class Browser implements AutoCloseable {
    private static final int WORD_OF_CLOSING = 10;

    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;
    private final String version;

    private Browser(Process process) throws IOException {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.version = answer();
    }

    /** {@return Chromium with the certificates of a home} */
    static Browser chromium(BrowserHome home) throws IOException {
        return start(home, "chromium", TestPrograms.require("chromium"), "{}");
    }

    /**
     * {@return Firefox with the certificates of a home}
     *
     * @param preferences as JSON
     */
    static Browser firefox(BrowserHome home, String preferences) throws IOException {
        return start(home, "firefox", TestPrograms.require("firefox-esr"), preferences);
    }

    private static Browser start(BrowserHome home, String kind, Path executable, String preferences)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("node").toString(),
                Driver.script().toString(),
                kind,
                executable.toString(),
                home.profile().toString(),
                preferences));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        pictures().resolve("driver.log").toFile()));
        builder.environment().put("HOME", home.directory().toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
        home.display().ifPresent(display -> builder.environment().put("DISPLAY", display));
        if (home.display().isEmpty()) {
            builder.environment().remove("DISPLAY");
        }
        Process process = builder.start();
        try {
            return new Browser(process);
        } catch (IOException | RuntimeException x) {
            TestPrograms.killTree(process);
            throw x;
        }
    }

    private static Path pictures() throws IOException {
        return Files.createDirectories(ServerParts.target().resolve("browsers"));
    }

    /** {@return the browser's name and version} */
    String version() {
        return version;
    }

    /** {@return the text of a page, opened in a tab by its name} */
    String open(String tab, String url) throws IOException {
        return ask("open", tab, url);
    }

    /** {@return the text of the page that a click leads to} */
    String click(String tab, String selector) throws IOException {
        return ask("click", tab, selector);
    }

    /** Clicks and waits for nothing. */
    void press(String tab, String selector) throws IOException {
        ask("press", tab, selector);
    }

    /** {@return the text of the page that a tab shows} */
    String text(String tab) throws IOException {
        return ask("text", tab);
    }

    /** {@return what a script of one expression says in a tab} */
    String evaluate(String tab, String script) throws IOException {
        return ask("evaluate", tab, script);
    }

    /** Takes a picture of the whole page, as wide as given. */
    void picture(String tab, String name, int width) throws IOException {
        ask("size", tab, String.valueOf(width), "800");
        ask("shot", tab, pictures().resolve(name + ".png").toString());
    }

    private String ask(String... words) throws IOException {
        commands.write(String.join("\t", words) + "\n");
        commands.flush();
        return answer();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "the browser's driver has ended; see " + pictures().resolve("driver.log"));
        }
        String[] parts = line.split("\t", 2);
        String text = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        if (!parts[0].equals("ok")) {
            throw new IOException(text);
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        try {
            commands.close();
            if (!process.waitFor(WORD_OF_CLOSING, TimeUnit.SECONDS)) {
                throw new IOException("the browser did not close");
            }
        } catch (InterruptedException x) {
            Thread.currentThread().interrupt();
        } finally {
            TestPrograms.killTree(process);
        }
    }
}
