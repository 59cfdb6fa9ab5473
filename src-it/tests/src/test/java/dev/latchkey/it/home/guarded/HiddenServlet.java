package dev.latchkey.it.home.guarded;

import dev.latchkey.RequireClientCertificate;

/** Needs a certificate, and does not tell others that it is there. */
@RequireClientCertificate(status = 404)
public class HiddenServlet extends WhoServlet {}
