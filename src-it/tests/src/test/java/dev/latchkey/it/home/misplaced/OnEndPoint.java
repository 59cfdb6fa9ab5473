package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

@Dependent
@ServerEndpoint("/socket")
@RequireClientCertificate
public class OnEndPoint {
    @OnMessage
    public String echo(String text) {
        return text;
    }
}
