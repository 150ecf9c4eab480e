package org.swav4j.dataset.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.swav4j.data.DataException;

/**
 * Reads real numeric arrays of whole numbers from a MATLAB 5 MAT-file, compressed or not; other variables are skipped.
 * Format: MathWorks, "MAT-File Format", chapter 1: a header of 128 bytes that ends in version and byte order, then elements of
 * a type, a size and content padded to 8 bytes; up to 4 bytes fit beside their type.
 */
final class MatFile {
    private static final int HEADER = 128;
    private static final int MATRIX = 14;
    private static final int COMPRESSED = 15;
    /** Of lists of image numbers; far more than any has. */
    private static final int MOST_BYTES = 64 << 20;

    private final String file;
    private final Map<String, int[]> arrays = new LinkedHashMap<>();

    private MatFile(String file) {
        this.file = file;
    }

    /**
     * The arrays by their names, values in MATLAB's order.
     *
     * @param file its name, for messages
     * @throws DataException if the bytes are not such a file or an array holds fractions
     */
    static Map<String, int[]> read(String file, byte[] bytes) {
        MatFile mat = new MatFile(file);
        if (bytes.length < HEADER) {
            throw mat.damaged("it ends within the header");
        }
        ByteBuffer all = ByteBuffer.wrap(bytes);
        short mark = all.getShort(126);
        if (mark != 0x4D49 && mark != 0x494D) {
            throw mat.damaged("it is not a MATLAB 5 file");
        }
        ByteOrder order = mark == 0x4D49 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        if (all.order(order).getShort(124) != 0x0100) {
            throw mat.damaged("its version is not that of MATLAB 5");
        }
        try {
            mat.variables(all.position(HEADER));
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | ArithmeticException
                | IOException e) {
            throw new DataException(file + ": damaged MATLAB file", e);
        }
        return mat.arrays;
    }

    private DataException damaged(String how) {
        return new DataException(file + ": " + how);
    }

    private void variables(ByteBuffer in) throws IOException {
        while (in.remaining() >= 8) {
            int type = in.getInt(in.position());
            // compressed elements are the only ones without padding
            ByteBuffer content = element(in, type == COMPRESSED);
            if (type == COMPRESSED) {
                variables(inflated(content));
            } else if (type == MATRIX) {
                matrix(content);
            }
        }
    }

    private ByteBuffer inflated(ByteBuffer content) throws IOException {
        byte[] packed = new byte[content.remaining()];
        content.get(packed);
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw damaged("an array is far larger than it should be");
            }
            return ByteBuffer.wrap(bytes).order(content.order());
        }
    }

    /** The content of the element at the position, which moves behind it. */
    private static ByteBuffer element(ByteBuffer in, boolean unpadded) {
        int tag = in.getInt();
        int small = tag >>> 16;
        int size = small != 0 ? small : in.getInt();
        int start = in.position();
        ByteBuffer content = in.slice(start, size).order(in.order());
        int end = small != 0 ? start + 4 : unpadded ? start + size : start + (size + 7 & ~7);
        // files may end without the last padding
        in.position(Math.min(end, in.limit()));
        return content;
    }

    private void matrix(ByteBuffer in) {
        int flags = element(in, false).getInt();
        int arrayClass = flags & 255;
        boolean realNumbers = arrayClass >= 6 && arrayClass <= 15 && (flags & 0x800) == 0;
        if (!realNumbers) {
            return;
        }
        ByteBuffer dimensions = element(in, false);
        long count = 1;
        while (dimensions.remaining() >= 4) {
            count = Math.multiplyExact(count, (long) dimensions.getInt());
            if (count < 0 || count > MOST_BYTES) {
                throw damaged("an array is far larger than it should be");
            }
        }
        String name = StandardCharsets.ISO_8859_1.decode(element(in, false)).toString();
        // a small element has its type in the lower half of the tag
        int type = in.getInt(in.position()) & 0xFFFF;
        ByteBuffer values = element(in, false);
        if (count > values.remaining()) {
            throw damaged("'" + name + "' ends early");
        }
        int[] array = new int[(int) count];
        for (int i = 0; i < array.length; i++) {
            double value = value(values, type);
            array[i] = (int) value;
            if (array[i] != value) {
                throw damaged("'" + name + "' holds " + value + " where a whole number belongs");
            }
        }
        arrays.put(name, array);
    }

    private double value(ByteBuffer in, int type) {
        return switch (type) {
            case 1 -> in.get();
            case 2 -> in.get() & 255;
            case 3 -> in.getShort();
            case 4 -> in.getShort() & 0xFFFF;
            case 5 -> in.getInt();
            case 6 -> in.getInt() & 0xFFFFFFFFL;
            case 7 -> in.getFloat();
            case 9 -> in.getDouble();
            case 12, 13 -> in.getLong();
            default -> throw damaged("values of type " + type + " are not numbers");
        };
    }
}
