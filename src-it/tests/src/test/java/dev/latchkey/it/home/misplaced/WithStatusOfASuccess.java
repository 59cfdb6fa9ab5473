package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;

@WebServlet("/status")
@RequireClientCertificate(status = 200)
public class WithStatusOfASuccess extends HttpServlet {}
