package dev.latchkey.it.identity;

import dev.latchkey.jetty.spnego.DelegatedCredentialLoginService;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.kerberos.Kdc;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.BiFunction;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.security.AuthenticationState;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.SecurityHandler;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.security.authentication.SPNEGOAuthenticator;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.session.SessionHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.security.Credential;

/** A Jetty that lets nobody in but by Negotiate, and answers what an application makes of who asks. */
final class SpnegoServer implements AutoCloseable {
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final String host;

    private SpnegoServer(String service, Handler handler) throws Exception {
        host = service.substring(service.indexOf('/') + 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(handler);
        server.start();
    }

    /** A server that answers with the name of who asks, and the port from which. */
    static SpnegoServer whoAmI(Kdc kdc, String service, Seen seen) throws Exception {
        return start(
                service,
                login(kdc, service),
                seen,
                (request, user) -> user.getUserPrincipal().getName() + " " + Request.getRemotePort(request));
    }

    static SpnegoServer start(
            String service,
            DelegatedCredentialLoginService login,
            Seen seen,
            BiFunction<Request, UserIdentity, String> application)
            throws Exception {
        return new SpnegoServer(service, secured(login, seen, application));
    }

    static DelegatedCredentialLoginService login(Kdc kdc, String service) {
        UserStore users = new UserStore();
        Kdc.USERS.forEach(user -> users.addUser(user, Credential.getCredential(""), new String[] {"user"}));
        HashLoginService roles = new HashLoginService("test");
        roles.setUserStore(users);
        DelegatedCredentialLoginService login = new DelegatedCredentialLoginService("test", roles);
        login.setServiceName("HTTP");
        login.setHostName(service.substring(service.indexOf('/') + 1));
        login.setKeyTabPath(kdc.keytab(service));
        return login;
    }

    private static Handler secured(
            DelegatedCredentialLoginService login, Seen seen, BiFunction<Request, UserIdentity, String> application) {
        Map<EndPoint, UserIdentity> first = Collections.synchronizedMap(new WeakHashMap<>());
        Handler last = new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                UserIdentity user = ((AuthenticationState.Succeeded)
                                AuthenticationState.getAuthenticationState(request))
                        .getUserIdentity();
                first.put(endPoint(request), user);
                Content.Sink.write(response, true, application.apply(request, user), callback);
                return true;
            }
        };
        SPNEGOAuthenticator authenticator = new SPNEGOAuthenticator();
        if (seen == Seen.BY_COOKIE) {
            authenticator.setAuthenticationDuration(Duration.ZERO);
        }
        SecurityHandler.PathMapped security = new SecurityHandler.PathMapped();
        security.put("/*", Constraint.from("user"));
        security.setAuthenticator(authenticator);
        security.setLoginService(login);
        security.setRealmName("test");
        security.setHandler(last);
        return switch (seen) {
            case BY_REQUEST -> security;
            case BY_COOKIE -> {
                SessionHandler sessions = new SessionHandler();
                sessions.setHandler(security);
                yield sessions;
            }
            case BY_CONNECTION ->
                new Handler.Wrapper(security) {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) throws Exception {
                        UserIdentity user = first.get(endPoint(request));
                        if (user == null || request.getHeaders().contains(HttpHeader.AUTHORIZATION)) {
                            return super.handle(request, response, callback);
                        }
                        Content.Sink.write(response, true, application.apply(request, user), callback);
                        return true;
                    }
                };
        };
    }

    private static EndPoint endPoint(Request request) {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** {@return its origin, by the host that Kerberos knows} */
    String origin() {
        return "http://" + host + ":" + connector.getLocalPort();
    }

    @Override
    public void close() throws Exception {
        RestingServers.stop(server, Duration.ofSeconds(20));
    }
}
