package dev.latchkey.impersonation.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Consumer;
import org.eclipse.jetty.ee9.nested.ServletConstraint;
import org.eclipse.jetty.ee9.security.Authenticator;
import org.eclipse.jetty.ee9.security.ConstraintMapping;
import org.eclipse.jetty.ee9.security.ConstraintSecurityHandler;
import org.eclipse.jetty.ee9.servlet.ServletContextHandler;
import org.eclipse.jetty.ee9.servlet.ServletHolder;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.security.Credential;

/**
 * A Jetty whose requests may run as accounts, with a servlet that says as whom it is run by the kernel; its paths below
 * /user need a password, which is "password" for all. One thread.
 */
final class AccountServer implements AutoCloseable {
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final ServletContextHandler context =
            new ServletContextHandler(server, "/", ServletContextHandler.SECURITY | ServletContextHandler.SESSIONS);
    private final UserStore users = new UserStore();
    private final HttpClient client =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    AccountServer(Authenticator authenticator, String... names) {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        context.addServletContainerInitializer(new ImpersonationInitializer());
        ServletHolder who = new ServletHolder(new WhoServlet());
        who.setAsyncSupported(true);
        context.addServlet(who, "/user/*");
        context.addServlet(who, "/who/*");
        HashLoginService login = new HashLoginService("test");
        for (String name : names) {
            users.addUser(name, Credential.getCredential("password"), new String[] {"user"});
        }
        login.setUserStore(users);
        ConstraintSecurityHandler security = (ConstraintSecurityHandler) context.getSecurityHandler();
        security.setLoginService(login);
        security.setAuthenticator(authenticator);
        ServletConstraint constraint = new ServletConstraint("login", "user");
        constraint.setAuthenticate(true);
        ConstraintMapping mapping = new ConstraintMapping();
        mapping.setPathSpec("/user/*");
        mapping.setConstraint(constraint);
        security.addConstraintMapping(mapping);
    }

    /** Sets a parameter, without its prefix. */
    AccountServer with(String parameter, String value) {
        context.setInitParameter("dev.latchkey.impersonation." + parameter, value);
        return this;
    }

    AccountServer with(Consumer<ServletContextHandler> more) {
        more.accept(context);
        return this;
    }

    AccountServer start() throws Exception {
        server.start();
        return this;
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> getAs(String user, String path) throws Exception {
        return get(
                path,
                "Authorization",
                "Basic "
                        + Base64.getEncoder().encodeToString((user + ":password").getBytes(StandardCharsets.US_ASCII)));
    }

    /** Sends the form of a FORM login. */
    HttpResponse<String> logIn(String user) throws Exception {
        String form = "j_username=" + URLEncoder.encode(user, StandardCharsets.UTF_8) + "&j_password=password";
        return client.send(
                HttpRequest.newBuilder(uri("/j_security_check"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }

    /** {@return the effective uid of the calling thread, and its groups} */
    static String who() throws IOException {
        StringBuilder found = new StringBuilder();
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
            if (line.startsWith("Uid:")) {
                found.append("uid ").append(line.split("\t")[2]);
            } else if (line.startsWith("Groups:")) {
                found.append(" groups ").append(line.substring(7).strip());
            }
        }
        return found.toString().strip();
    }

    private static final class WhoServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(who());
        }
    }
}
