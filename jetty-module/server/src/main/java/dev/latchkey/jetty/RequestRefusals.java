package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.spi.Refusals;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.Container;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Gives each request of a server, whichever connector it came by, what makes the failures that the API finds by itself:
 * so that they are answered, counted and logged like all others. Thread-safe.
 */
final class RequestRefusals implements HttpConfiguration.Customizer {
    private static final RequestRefusals ALL = new RequestRefusals();

    private RequestRefusals() {}

    /** Sees to all connectors of a server, those that are added later too. Once a server. */
    static void install(Server server) {
        server.addEventListener(new Connectors());
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        request.setAttribute(Refusals.ATTRIBUTE, (Refusals) reason -> refuse(request, reason));
        return request;
    }

    private static NegotiationException refuse(Request request, Reason reason) {
        JettyNegotiationException why = new JettyNegotiationException(reason, true, null, null);
        FailureLog.of(request).begin(request).failed(why);
        return why;
    }

    @Override
    public String toString() {
        return "RequestRefusals";
    }

    /** A connector is looked at when it starts, for until then its protocols can change. */
    private static final class Connectors implements Container.Listener, LifeCycle.Listener {
        @Override
        public void beanAdded(Container parent, Object child) {
            if (child instanceof Connector connector) {
                connector.addEventListener(this);
                if (connector.isStarted()) {
                    customize(connector);
                }
            }
        }

        @Override
        public void beanRemoved(Container parent, Object child) {
            if (child instanceof Connector connector) {
                connector.removeEventListener(this);
            }
        }

        @Override
        public void lifeCycleStarting(LifeCycle event) {
            if (event instanceof Connector connector) {
                customize(connector);
            }
        }

        private static void customize(Connector connector) {
            for (HttpConfiguration http : connector.getContainedBeans(HttpConfiguration.class)) {
                if (http.getCustomizer(RequestRefusals.class) == null) {
                    http.addCustomizer(ALL);
                }
            }
        }
    }
}
