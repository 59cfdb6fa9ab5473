package dev.latchkey.it.home.guarded;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** A WebSocket on a path that the web.xml protects. */
@ServerEndpoint("/users/socket")
public class EchoEndPoint {
    @OnMessage
    public String echo(String text) {
        return text;
    }
}
