package dev.latchkey.jetty;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads of a class file the name of the class that it extends, JVMS section 4.1. Static; any thread. */
final class Superclass {
    private static final int MAGIC_AND_VERSION = 8;
    private static final int FLAGS = 2;
    private static final int UTF8 = 1;
    private static final int CLASS = 7;

    private Superclass() {}

    /** {@return the name, with dots; null if there is none, or this is no class file, and so no class} */
    static @Nullable String in(byte[] file) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file))) {
            in.skipNBytes(MAGIC_AND_VERSION);
            int size = in.readUnsignedShort();
            @Nullable String[] texts = new String[size];
            int[] names = new int[size];
            for (int i = 1; i < size; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case UTF8 -> texts[i] = in.readUTF();
                    case CLASS -> names[i] = in.readUnsignedShort();
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++; // a long or double takes two places
                    }
                    default -> in.skipNBytes(length(tag));
                }
            }
            in.skipNBytes(FLAGS);
            in.readUnsignedShort(); // the class itself
            String name = texts[names[in.readUnsignedShort()]];
            return name == null ? null : name.replace('/', '.');
        } catch (IOException | IndexOutOfBoundsException noClassFile) {
            return null;
        }
    }

    /** JVMS section 4.4, in bytes. */
    private static int length(int tag) throws IOException {
        return switch (tag) {
            case 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            default -> throw new IOException("a constant that is not known");
        };
    }
}
