package org.swav4j.dataset.fetch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;

/** MAT-files made for tests, after the same chapter of the format's description. */
final class MatBytes {
    private final ByteOrder order;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    MatBytes(ByteOrder order) {
        this.order = order;
        ByteBuffer header = buffer(128);
        header.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII));
        header.putShort(124, (short) 0x0100);
        header.putShort(126, (short) 0x4D49);
        out.writeBytes(header.array());
    }

    /** A row of doubles as MATLAB stores them: in the smallest type that fits, here 2 bytes, or 8. */
    MatBytes row(String name, boolean compressed, boolean wide, double... values) {
        ByteBuffer numbers = buffer((wide ? 8 : 2) * values.length);
        for (double value : values) {
            if (wide) {
                numbers.putDouble(value);
            } else {
                numbers.putShort((short) value);
            }
        }
        return array(name, compressed, 6, wide ? 9 : 4, values.length, numbers.array());
    }

    MatBytes array(String name, boolean compressed, int arrayClass, int type, int count, byte[] numbers) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(element(6, buffer(8).putInt(arrayClass).array()));
        content.writeBytes(element(5, buffer(8).putInt(1).putInt(count).array()));
        content.writeBytes(element(1, name.getBytes(StandardCharsets.US_ASCII)));
        content.writeBytes(element(type, numbers));
        byte[] matrix = element(14, content.toByteArray());
        out.writeBytes(compressed ? compressed(matrix) : matrix);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private byte[] element(int type, byte[] content) {
        if (content.length <= 4 && content.length > 0 && type != 14) {
            return buffer(8).putInt(content.length << 16 | type).put(content).array();
        }
        return buffer(8 + (content.length + 7 & ~7))
                .putInt(type)
                .putInt(content.length)
                .put(content)
                .array();
    }

    private byte[] compressed(byte[] matrix) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            deflater.write(matrix);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return buffer(8 + packed.size())
                .putInt(15)
                .putInt(packed.size())
                .put(packed.toByteArray())
                .array();
    }

    private ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(order);
    }
}
