package dev.latchkey.jetty;

import dev.latchkey.ClientCertificates;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Puts the service of a request where the application finds it, if the request came by a connection that can step up.
 * Stands behind Jetty's SecureRequestCustomizer, whose attributes a step-up replaces. Thread-safe.
 */
final class ClientCertificateCustomizer implements HttpConfiguration.Customizer {
    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        NegotiableSslConnection connection = NegotiableSslConnection.of(request);
        if (connection != null) {
            request.setAttribute(ClientCertificates.ATTRIBUTE, new RequestNegotiation(request, connection));
        }
        return request;
    }

    @Override
    public String toString() {
        return "ClientCertificateCustomizer";
    }
}
