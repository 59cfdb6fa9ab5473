package dev.latchkey.it.home.guarded;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.X509Certificate;

/** Tells who the container says is calling, after having done what the query string says. Knows nothing of Latchkey. */
public class WhoServlet extends HttpServlet {
    private static final String SEEN = WhoServlet.class.getName();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        // A dispatch keeps the query string, which has been obeyed then.
        String wish = request.getAttribute(SEEN) == null ? String.valueOf(request.getQueryString()) : "";
        request.setAttribute(SEEN, true);
        StringBuilder text = new StringBuilder();
        switch (wish) {
            case "authenticate":
                boolean done = request.authenticate(response);
                if (!done && request.getUserPrincipal() == null) {
                    return; // the container has answered; ee9 says false also where it has not
                }
                break;
            case "login":
                request.login("peter", "secret");
                break;
            case "bad-login":
                try {
                    request.login("peter", "wrong");
                } catch (ServletException refused) {
                    text.append("login=refused\n");
                }
                break;
            case "session":
                request.getSession().setAttribute("note", "written by " + request.getRemoteUser());
                break;
            case "error":
                response.sendError(418, "told to");
                return;
            default:
                if (wish.startsWith("forward=")) {
                    request.getRequestDispatcher(wish.substring(8)).forward(request, response);
                    return;
                }
                if (wish.startsWith("include=")) {
                    request.getRequestDispatcher(wish.substring(8)).include(request, response);
                    return;
                }
                if (wish.startsWith("named=")) {
                    getServletContext().getNamedDispatcher(wish.substring(6)).forward(request, response);
                    return;
                }
        }
        answer(request, response, text);
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, StringBuilder text)
            throws IOException {
        Principal user = request.getUserPrincipal();
        HttpSession session = request.getSession(false);
        Object chain = request.getAttribute("jakarta.servlet.request.X509Certificate");
        text.append("servlet=").append(getServletName()).append('\n');
        text.append("user=").append(user == null ? "" : user.getName()).append('\n');
        text.append("auth=").append(request.getAuthType()).append('\n');
        text.append("role=").append(request.isUserInRole("user")).append('\n');
        text.append("attribute=")
                .append(
                        chain instanceof X509Certificate[] c
                                ? c[0].getSubjectX500Principal().getName()
                                : "")
                .append('\n');
        text.append("session=").append(session == null ? "" : session.getId()).append('\n');
        text.append("note=")
                .append(session == null ? "" : session.getAttribute("note"))
                .append('\n');
        text.append("body=")
                .append(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .append('\n');
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        response.setContentType("text/plain");
        response.getOutputStream().write(bytes);
    }
}
