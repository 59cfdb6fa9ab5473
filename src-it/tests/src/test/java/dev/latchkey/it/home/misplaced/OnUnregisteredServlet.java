package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.http.HttpServlet;

@RequireClientCertificate
public class OnUnregisteredServlet extends HttpServlet {}
