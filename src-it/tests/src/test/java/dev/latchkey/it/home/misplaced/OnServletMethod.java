package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

@WebServlet("/method")
public class OnServletMethod extends HttpServlet {
    @Override
    @RequireClientCertificate
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {}
}
