package dev.latchkey.it.home.beans;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Calls a guarded bean and lets its refusal leave. */
@WebServlet("/call/*")
public class CallingServlet extends HttpServlet {
    @Inject
    GuardedBean whole;

    @Inject
    InheritingBean inheriting;

    @Inject
    PartlyGuardedBean partly;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String said =
                switch (String.valueOf(request.getPathInfo())) {
                    case "/whole" -> whole.word();
                    case "/inherited" -> inheriting.word();
                    case "/hidden" -> partly.hidden();
                    case "/needed" -> partly.needed();
                    case "/wanted" -> partly.wanted();
                    default -> partly.open();
                };
        boolean there = request.getAttribute("jakarta.servlet.request.X509Certificate") != null;
        String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        response.setContentType("text/plain");
        response.getOutputStream().print("said=" + said + "\ncertificate=" + there + "\nbody=" + body.length() + "\n");
    }
}
