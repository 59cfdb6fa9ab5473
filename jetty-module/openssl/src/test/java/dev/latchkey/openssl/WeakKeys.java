package dev.latchkey.openssl;

import dev.latchkey.testkit.HeldCertificate;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/** Keys and certificates that nobody should use any more, made for those who refuse them. */
final class WeakKeys {
    private WeakKeys() {}

    static KeyPair rsa1024() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
            keys.initialize(1024);
            return keys.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static HeldCertificate signedByMd5() {
        return HeldCertificate.selfSigned("md5")
                .client()
                .signature("MD5withRSA")
                .make();
    }
}
