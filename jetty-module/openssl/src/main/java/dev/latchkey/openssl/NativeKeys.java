package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenSSL's copies of the keys and chains that key managers choose, made once each.
 *
 * <p>The least recently used copies beyond a bound are freed; connections that use them hold references of their own.
 * Keyed by certificate, not by alias: some key managers make up a new alias at each question. Safe for any thread.
 */
final class NativeKeys implements AutoCloseable {
    private static final int MOST = 256;

    private final Map<X509Certificate, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);

    /** One key with its chain, on both sides. */
    private static final class Copy implements AutoCloseable {
        private final PrivateKey javaKey;
        private final X509Certificate[] javaChain;
        private final List<NativeHandle> certificates = new ArrayList<>();
        private final @Nullable NativeHandle key;

        private Copy(PrivateKey javaKey, X509Certificate[] javaChain) throws GeneralSecurityException {
            this.javaKey = javaKey;
            this.javaChain = javaChain;
            try {
                for (X509Certificate certificate : javaChain) {
                    certificates.add(Certificates.toNative(certificate));
                }
                key = exported(javaKey);
            } catch (Throwable t) {
                certificates.forEach(NativeHandle::close);
                throw t;
            }
        }

        private boolean isOf(PrivateKey otherKey, X509Certificate[] otherChain) {
            return (javaKey == otherKey || javaKey.equals(otherKey)) && Arrays.equals(javaChain, otherChain);
        }

        private void use(long ssl) throws KeyException {
            long rest = LibCrypto.OPENSSL_sk_new_null();
            try {
                for (NativeHandle certificate : certificates.subList(1, certificates.size())) {
                    LibCrypto.OPENSSL_sk_push(rest, certificate.address());
                }
                long leaf = certificates.get(0).address();
                NativeHandle usable = key;
                if (usable == null || LibSsl.SSL_use_cert_and_key(ssl, leaf, usable.address(), rest, 1) != 1) {
                    String subject = javaChain[0].getSubjectX500Principal().getName();
                    throw new KeyException("OpenSSL refuses the key or certificate of " + subject + ": "
                            + SslError.drain().text());
                }
            } finally {
                LibCrypto.OPENSSL_sk_free(rest);
            }
        }

        @Override
        public void close() {
            certificates.forEach(NativeHandle::close);
            if (key != null) {
                key.close();
            }
        }
    }

    /**
     * Gives the connection this key and chain, besides those that it has of other key types.
     *
     * @throws KeyException if the key cannot be exported from Java, or OpenSSL refuses it
     */
    synchronized void use(long ssl, PrivateKey key, X509Certificate[] chain) throws GeneralSecurityException {
        copy(key, chain).use(ssl);
    }

    /** Makes the copy now, so that a key that Java cannot give is known at start. */
    synchronized void prepare(PrivateKey key, X509Certificate[] chain) throws GeneralSecurityException {
        copy(key, chain);
    }

    /** Gives them to a connection that is never made, so that what OpenSSL refuses is known at start. */
    synchronized void tryOut(PrivateKey key, X509Certificate[] chain) throws GeneralSecurityException {
        try (NativeHandle context = ContextHandle.spare();
                NativeHandle ssl = new NativeHandle(NativeHandle.Kind.SSL, LibSsl.SSL_new(context.address()))) {
            copy(key, chain).use(ssl.address());
        }
    }

    private Copy copy(PrivateKey key, X509Certificate[] chain) throws GeneralSecurityException {
        Copy known = copies.get(chain[0]);
        if (known != null && known.isOf(key, chain)) {
            return known;
        }
        Copy made = new Copy(key, chain);
        Copy old = copies.put(chain[0], made);
        if (old != null) {
            old.close();
        }
        if (copies.size() > MOST) {
            copies.remove(copies.keySet().iterator().next()).close();
        }
        return made;
    }

    @Override
    public synchronized void close() {
        copies.values().forEach(Copy::close);
        copies.clear();
    }

    private static NativeHandle exported(PrivateKey key) throws KeyException {
        byte[] der = key.getEncoded();
        if (der == null) {
            throw new KeyException("A private key of type " + key.getAlgorithm() + " cannot be exported from Java ("
                    + key.getClass().getName() + ", as of a PKCS#11 token), so OpenSSL cannot use it."
                    + " Use the JSSE provider for this key store");
        }
        try {
            long address = Certificates.decode(der, LibCrypto::d2i_AutoPrivateKey);
            if (address == 0) {
                throw new KeyException("OpenSSL cannot read a private key of type " + key.getAlgorithm() + ": "
                        + SslError.drain().text());
            }
            return new NativeHandle(NativeHandle.Kind.KEY, address);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }
}
