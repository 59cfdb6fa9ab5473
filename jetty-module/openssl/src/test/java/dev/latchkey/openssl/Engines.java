package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** Whose engines a test uses. */
enum Engines {
    JSSE {
        @Override
        SSLContext newContext() throws GeneralSecurityException {
            return SSLContext.getInstance("TLS", "SunJSSE");
        }
    },
    OPENSSL {
        @Override
        SSLContext newContext() throws GeneralSecurityException {
            return SSLContext.getInstance("TLS", OpenSsl.register());
        }
    };

    abstract SSLContext newContext() throws GeneralSecurityException;
}
