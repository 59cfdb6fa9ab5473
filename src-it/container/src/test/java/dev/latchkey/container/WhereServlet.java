package dev.latchkey.container;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Says where it runs: the server with its version, the Servlet version, the scheme, the Java. */
@WebServlet("/where")
public class WhereServlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter()
                .print(getServletContext().getServerInfo() + " servlet/"
                        + getServletContext().getMajorVersion() + "."
                        + getServletContext().getMinorVersion() + " " + request.getScheme()
                        + " java/" + Runtime.version().feature());
    }
}
