package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.Servlet;

@RequireClientCertificate
public interface OnServletInterface extends Servlet {}
