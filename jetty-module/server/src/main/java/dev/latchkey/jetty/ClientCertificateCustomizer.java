package dev.latchkey.jetty;

import dev.latchkey.ClientCertificates;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Puts the service of a request where the application finds it, if the request came by a connection that can step up,
 * and sends requests away that came by a connection of another host. Stands behind Jetty's SecureRequestCustomizer,
 * whose attributes a step-up replaces. Thread-safe.
 */
final class ClientCertificateCustomizer implements HttpConfiguration.Customizer {
    private final LatchkeySslConnectionFactory factory;

    /** @param factory the settings for requests that did not come by one of its connections, but by HTTP/3 */
    ClientCertificateCustomizer(LatchkeySslConnectionFactory factory) {
        this.factory = factory;
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        NegotiableSslConnection connection = NegotiableSslConnection.of(request);
        if (connection != null) {
            HostPolicy.check(
                    request,
                    connection.requestedHost(),
                    connection.factory().getAlternatives().hosts());
            request.setAttribute(ClientCertificates.ATTRIBUTE, new RequestNegotiation(request, connection));
        } else if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_3) {
            HostPolicy.check(request, null, factory.getAlternatives().hosts());
            request.setAttribute(ClientCertificates.ATTRIBUTE, new VersionForbids(factory, request));
        }
        return request;
    }

    @Override
    public String toString() {
        return "ClientCertificateCustomizer";
    }
}
