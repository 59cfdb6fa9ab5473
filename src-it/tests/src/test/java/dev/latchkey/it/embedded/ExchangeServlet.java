package dev.latchkey.it.embedded;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A servlet made of an {@link Exchange}, for every method. */
final class ExchangeServlet extends HttpServlet {
    private final transient Exchange exchange;

    ExchangeServlet(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            exchange.handle(request, response);
        } catch (ServletException | IOException | RuntimeException x) {
            throw x;
        } catch (Exception x) {
            throw new ServletException(x);
        }
    }
}
