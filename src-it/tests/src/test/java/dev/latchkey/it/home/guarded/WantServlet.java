package dev.latchkey.it.home.guarded;

import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.RequireClientCertificate;

/** Wants a certificate, by annotation. */
@RequireClientCertificate(Presence.WANT)
public class WantServlet extends WhoServlet {}
