package dev.latchkey.jetty;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads of a class file the name of the class that it extends, JVMS section 4.1. Static; any thread. */
final class Superclass {
    private static final int MAGIC_AND_VERSION = 8;
    private static final int FLAGS_AND_CLASS = 4;
    private static final int UTF8 = 1;
    private static final int CLASS = 7;

    private Superclass() {}

    /** {@return the name, with dots; null if there is none, or this is no class file, and so no class} */
    static @Nullable String in(byte[] file) {
        try {
            ByteBuffer in = ByteBuffer.wrap(file);
            in.position(MAGIC_AND_VERSION);
            int[] constants = new int[Short.toUnsignedInt(in.getShort())]; // where each of them is
            for (int i = 1; i < constants.length; i++) {
                constants[i] = in.position();
                int tag = in.get();
                in.position(in.position()
                        + (tag == UTF8 ? 2 + Short.toUnsignedInt(in.getShort(in.position())) : length(tag)));
                if (tag == 5 || tag == 6) {
                    i++; // a long or double takes two places
                }
            }
            in.position(in.position() + FLAGS_AND_CLASS);
            int superclass = constants[Short.toUnsignedInt(in.getShort())];
            if (superclass == 0 || file[superclass] != CLASS) {
                return null;
            }
            int name = constants[Short.toUnsignedInt(in.getShort(superclass + 1))];
            return new DataInputStream(new ByteArrayInputStream(file, name + 1, file.length - name - 1))
                    .readUTF()
                    .replace('/', '.');
        } catch (IOException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | BufferUnderflowException noClassFile) {
            return null;
        }
    }

    /** JVMS section 4.4, in bytes. */
    private static int length(int tag) {
        return switch (tag) {
            case CLASS, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            case 5, 6 -> 8;
            default -> throw new IllegalArgumentException("a constant that is not known");
        };
    }
}
