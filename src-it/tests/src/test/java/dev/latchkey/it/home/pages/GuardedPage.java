package dev.latchkey.it.home.pages;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A page's superclass, by {@code <%@ page extends="..." %>}, as a JSP's compiler wants it. */
@RequireClientCertificate
public abstract class GuardedPage extends HttpServlet {
    @Override
    public final void init(ServletConfig config) throws ServletException {
        super.init(config);
        _jspInit();
    }

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        _jspService(request, response);
    }

    public void _jspInit() {}

    public abstract void _jspService(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException;
}
