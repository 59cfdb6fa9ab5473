package dev.latchkey.it.home.guarded;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** A WebSocket on a path that the server's configuration guards. */
@ServerEndpoint("/open/paths/socket")
public class PathEndPoint {
    @OnMessage
    public String echo(String text) {
        return text;
    }
}
