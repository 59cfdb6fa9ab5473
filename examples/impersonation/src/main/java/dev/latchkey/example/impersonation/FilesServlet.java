package dev.latchkey.example.impersonation;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.Objects;

/**
 * {@code /} shows the caller's files, {@code /USER/} those of another, {@code /USER/FILE} one of them; {@link
 * SecondServerServlet} those of a second server.
 *
 * <p>The request runs as the caller because web.xml says so. Files are read on another thread, as the caller too,
 * because the executor is an impersonating one: nothing here checks an owner.
 */
@WebServlet(urlPatterns = "/*", asyncSupported = true)
public class FilesServlet extends HttpServlet {
    /** The system property that names the directory with one directory a user. */
    public static final String DIRECTORY = "latchkey.example.files";

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // Set by init, before any request.
    private transient ImpersonatingExecutorService threads;

    @SuppressWarnings("NullAway.Init") // Set by init, before any request.
    private transient UserFiles files;

    /** Made by the container. */
    public FilesServlet() {}

    @Override
    public void init() throws ServletException {
        String directory = System.getProperty(DIRECTORY);
        if (directory == null) {
            throw new ServletException(
                    "Set the system property " + DIRECTORY + " to the directory with the users' files");
        }
        files = new UserFiles(Path.of(directory));
        threads = Identities.flow().newFixedThreadPool(4, "user-files-");
    }

    @Override
    public void destroy() {
        threads.shutdown();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        String user = Objects.requireNonNullElse(request.getRemoteUser(), "");
        String path = Objects.requireNonNullElse(request.getPathInfo(), "/");
        AsyncContext async = request.startAsync();
        threads.supplyAsync(() -> files.read(user, path)).whenComplete((answer, failure) -> {
            (answer == null ? Answer.failed(failure) : answer).write(response, getServletContext());
            async.complete();
        });
    }
}
