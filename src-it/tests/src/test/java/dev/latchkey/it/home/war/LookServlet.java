package dev.latchkey.it.home.war;

import dev.latchkey.ClientCertificates;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Never asks: tells what is known, and which classes this web application sees. */
@WebServlet("/look")
public final class LookServlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClassLoader own = LookServlet.class.getClassLoader();
        new Lines()
                .certificate(ClientCertificates.of(request).current())
                .connection(request)
                .add("ownCopyOfTheApi", hasCopy())
                .add("apiIsTheServers", ClientCertificates.class.getClassLoader() != own)
                .add("server", sees(own, "dev.latchkey.jetty.LatchkeySslConnectionFactory"))
                .add("openssl", sees(own, "dev.latchkey.openssl.OpenSsl"))
                .add("service", request.getAttribute(ClientCertificates.ATTRIBUTE) != null)
                .send(response);
    }

    private boolean hasCopy() {
        return getServletContext().getResourcePaths("/WEB-INF/lib/").contains("/WEB-INF/lib/latchkey-api.jar");
    }

    private static String sees(ClassLoader loader, String name) {
        try {
            return "seen in " + Class.forName(name, false, loader).getClassLoader();
        } catch (ClassNotFoundException e) {
            return "hidden";
        }
    }
}
