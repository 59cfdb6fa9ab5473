package dev.latchkey.openssl;

import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Carries certificates and names between Java and OpenSSL, by their DER encoding. */
final class Certificates {
    private Certificates() {}

    /** C's {@code i2d} functions: the length when the destination is null, else they write to where it points. */
    @FunctionalInterface
    interface Encoder {
        int encode(long object, MemorySegment destination);
    }

    /** Java's copy of a certificate that OpenSSL keeps. */
    static X509Certificate toJava(long certificate) throws CertificateException {
        return parse(encode(certificate, LibCrypto::i2d_X509));
    }

    /** Java's copies of a stack of certificates; a null stack is an empty one. */
    static List<X509Certificate> toJavaList(long stack) throws CertificateException {
        int size = count(stack);
        List<X509Certificate> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(toJava(LibCrypto.OPENSSL_sk_value(stack, i)));
        }
        return list;
    }

    /** How many a stack has; a null stack is an empty one. */
    static int count(long stack) {
        return stack == 0 ? 0 : Math.max(0, LibCrypto.OPENSSL_sk_num(stack));
    }

    /** What all certificates of a stack come to, in bytes of DER. */
    static long encodedSize(long stack) {
        long sum = 0;
        for (int i = 0; i < count(stack); i++) {
            sum += Math.max(0, LibCrypto.i2d_X509(LibCrypto.OPENSSL_sk_value(stack, i), MemorySegment.NULL));
        }
        return sum;
    }

    /** Java's copies of a stack of names, without those that Java cannot read; a null stack is an empty one. */
    static X500Principal[] namesToJava(long stack) {
        List<X500Principal> names = new ArrayList<>();
        for (int i = 0; i < count(stack); i++) {
            byte[] name = encode(LibCrypto.OPENSSL_sk_value(stack, i), LibCrypto::i2d_X509_NAME);
            try {
                names.add(new X500Principal(name));
            } catch (IllegalArgumentException e) {
                // No certificate of ours has it, then; and the list is a hint.
            }
        }
        return names.toArray(X500Principal[]::new);
    }

    /** Java's reading of a certificate. The exception's own words hold nothing of the certificate; its cause may. */
    static X509Certificate parse(byte[] der) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        try {
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | RuntimeException e) {
            throw new CertificateException("Java cannot read this certificate" + why(e), e);
        }
    }

    /** What the JDK says of an extension that is missing or not critical; its other words may quote the certificate. */
    private static String why(Exception failure) {
        String words = String.valueOf(failure.getMessage());
        int from = words.indexOf("X.509 Certificate is incomplete");
        return from < 0 ? "" : ": " + words.substring(from);
    }

    /** A new certificate of OpenSSL's, which the caller owns. */
    static NativeHandle toNative(X509Certificate certificate) throws CertificateException {
        long address = decode(certificate.getEncoded(), LibCrypto::d2i_X509);
        return new NativeHandle(NativeHandle.Kind.CERTIFICATE, address);
    }

    /** A new stack of names, which the callee that it is given to owns, names and all. */
    static long namesToNative(Collection<X500Principal> names) {
        long stack = LibCrypto.OPENSSL_sk_new_null();
        for (X500Principal name : names) {
            long address = decode(name.getEncoded(), LibCrypto::d2i_X509_NAME);
            if (address != 0 && LibCrypto.OPENSSL_sk_push(stack, address) <= 0) {
                LibCrypto.X509_NAME_free(address);
            }
        }
        return stack;
    }

    /** C's {@code d2i} functions. */
    @FunctionalInterface
    interface Decoder {
        long decode(MemorySegment result, MemorySegment der, long length);
    }

    /** What OpenSSL makes of the bytes; 0 with a reason in the error queue when it can make nothing. */
    static long decode(byte[] der, Decoder decoder) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, der);
            MemorySegment pointer = arena.allocateFrom(ValueLayout.ADDRESS, bytes);
            long made = decoder.decode(MemorySegment.NULL, pointer, der.length);
            bytes.fill((byte) 0); // It may be a private key, or a session with its secret.
            return made;
        }
    }

    /**
     * DER of something that OpenSSL has.
     *
     * @throws IllegalStateException if OpenSSL cannot encode it
     */
    static byte[] encode(long object, Encoder encoder) {
        int length = encoder.encode(object, MemorySegment.NULL);
        if (length <= 0) {
            throw SslError.illegal("OpenSSL could not encode");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length);
            encoder.encode(object, arena.allocateFrom(ValueLayout.ADDRESS, bytes));
            byte[] encoded = bytes.toArray(ValueLayout.JAVA_BYTE);
            bytes.fill((byte) 0); // As in decode.
            return encoded;
        }
    }
}
