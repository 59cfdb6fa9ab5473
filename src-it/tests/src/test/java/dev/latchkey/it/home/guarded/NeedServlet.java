package dev.latchkey.it.home.guarded;

import dev.latchkey.RequireClientCertificate;

/** Needs a certificate, by annotation. */
@RequireClientCertificate
public class NeedServlet extends WhoServlet {}
