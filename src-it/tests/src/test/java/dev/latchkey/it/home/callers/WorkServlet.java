package dev.latchkey.it.home.callers;

import dev.latchkey.impersonation.ImpersonatingExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;

/** The way is the path. */
@WebServlet(urlPatterns = "/*", asyncSupported = true)
public class WorkServlet extends HttpServlet {
    @Inject
    ImpersonatingExecutorService threads;

    @Inject
    CallerBean bean;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        Work work = Work.of(request);
        switch (request.getPathInfo()) {
            case "/thread" -> response.getWriter().print(work.done());
            case "/start" -> handOn(request.startAsync(), work, request.getAsyncContext()::start);
            case "/read-listener" -> whenAllIsRead(request.startAsync(), work);
            case "/write-listener" -> whenItCanBeWritten(request.startAsync(), work);
            case "/executor" -> handOn(request.startAsync(), work, threads);
            case "/bean" -> response.getWriter().print(bean.here(work));
            case "/bean-executor" -> {
                try {
                    response.getWriter().print(bean.elsewhere(work));
                } catch (IOException e) {
                    throw e;
                } catch (Exception e) {
                    throw new ServletException(e);
                }
            }
            default -> response.sendError(404);
        }
    }

    private static void handOn(AsyncContext async, Work work, Executor way) {
        way.execute(() -> {
            try {
                async.getResponse().getWriter().print(work.done());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                async.complete();
            }
        });
    }

    private static void whenAllIsRead(AsyncContext async, Work work) throws IOException {
        ServletInputStream in = async.getRequest().getInputStream();
        in.setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                while (in.isReady() && in.read() >= 0) {
                    // Nobody wants it.
                }
            }

            @Override
            public void onAllDataRead() {
                handOn(async, work, Runnable::run);
            }

            @Override
            public void onError(Throwable failure) {
                async.complete();
            }
        });
    }

    private static void whenItCanBeWritten(AsyncContext async, Work work) throws IOException {
        ServletOutputStream out = async.getResponse().getOutputStream();
        out.setWriteListener(new WriteListener() {
            @Override
            public void onWritePossible() throws IOException {
                if (out.isReady()) {
                    out.print(work.done());
                    async.complete();
                }
            }

            @Override
            public void onError(Throwable failure) {
                async.complete();
            }
        });
    }
}
