package org.swav4j.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array in a NumPy {@code .npy} file, version 1.0, little-endian, C order:
 *
 * <pre>
 * offset  bytes
 * 0       6    0x93 "NUMPY"
 * 6       2    version: 1, 0
 * 8       2    N, length of the header, unsigned little-endian
 * 10      N    {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }  padded with spaces, last byte '\n';
 *              the writer makes 10+N a multiple of 64
 * 10+N    rest the elements
 * </pre>
 */
public final class NpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int PREFIX_BYTES = MAGIC.length + Short.BYTES;
    private static final int ALIGNMENT = 64;
    private static final int MAX_RANK = 64;
    /** Bytes before the elements that three sizes below 2^63 fit into. */
    private static final int ROOM_FOR_ANY_SHAPE = 2 * ALIGNMENT;

    private static final Map<DType, String> DESCRIPTIONS = Map.of(
            DType.F64, "<f8",
            DType.F32, "<f4",
            DType.F16, "<f2",
            DType.I64, "<i8",
            DType.I32, "<i4",
            DType.I16, "<i2",
            DType.I8, "|i1",
            DType.U8, "|u1",
            DType.BOOL, "|b1");

    // Possessive throughout: a hostile header cannot make the matcher backtrack.
    private static final Pattern ITEM = Pattern.compile(
            "\\s*+'(descr|fortran_order|shape)'\\s*+:\\s*+('[^']*+'|True|False|\\([0-9, ]*+\\))\\s*+(,|(?=\\}))");

    private NpyFile() {}

    /**
     * Where a file's array lies.
     *
     * @param shape sizes of the dimensions
     * @param offset of the first element, bytes; the elements reach to the file's end
     */
    public record Place(DType dtype, long[] shape, long offset) {
        /** Copies the shape. */
        public Place {
            shape = shape.clone();
        }

        /** A copy of the shape. */
        @Override
        public long[] shape() {
            return shape.clone();
        }
    }

    /** Whether bytes begin as every {@code .npy} file does, whatever its version. */
    public static boolean matches(byte[] start) {
        return start.length >= MAGIC.length - 2
                && Arrays.equals(start, 0, MAGIC.length - 2, MAGIC, 0, MAGIC.length - 2);
    }

    /**
     * Reads what stands before the elements.
     *
     * @throws FormatException when it is not such a file, or its size disagrees with its header
     */
    public static Place locate(Path file) throws IOException {
        long size = Files.size(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            byte[] prefix = in.readNBytes(PREFIX_BYTES);
            if (prefix.length < PREFIX_BYTES || !Arrays.equals(MAGIC, Arrays.copyOf(prefix, MAGIC.length))) {
                throw new FormatException(file, "is not a .npy file of version 1.0");
            }
            int headerBytes = Short.toUnsignedInt(
                    ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getShort(MAGIC.length));
            byte[] header = in.readNBytes(headerBytes);
            if (header.length < headerBytes) {
                throw new FormatException(
                        file, "the header must have " + headerBytes + " bytes, found " + header.length);
            }
            Header described = Header.parse(file, new String(header, StandardCharsets.ISO_8859_1));
            long dataBytes = size - PREFIX_BYTES - headerBytes;
            long expected;
            try {
                expected = described.dtype.sizeOf(described.shape);
            } catch (ArithmeticException e) {
                throw new FormatException(file, "shape " + Arrays.toString(described.shape) + " overflows", e);
            }
            if (expected != dataBytes) {
                throw new FormatException(
                        file,
                        described.dtype + " " + Arrays.toString(described.shape) + " takes " + expected
                                + " bytes; the file has " + dataBytes);
            }
            return new Place(described.dtype, described.shape, PREFIX_BYTES + headerBytes);
        }
    }

    /**
     * Reads a whole file into memory.
     *
     * @throws FormatException when it is not such a file, or its size disagrees with its header
     */
    public static TensorBytes read(Path file) throws IOException {
        Place place = locate(file);
        long bytes = place.dtype.sizeOf(place.shape);
        if (bytes > Integer.MAX_VALUE - ALIGNMENT) {
            throw new FormatException(
                    file,
                    place.dtype + " " + Arrays.toString(place.shape) + " takes " + bytes + " bytes (at most 2 GiB)");
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(place.offset);
            byte[] data = in.readNBytes((int) bytes);
            if (data.length < bytes) {
                throw new FormatException(file, "was shortened while being read");
            }
            return new TensorBytes(place.dtype, place.shape, ByteBuffer.wrap(data));
        }
    }

    /**
     * Creates or replaces a file, atomically.
     *
     * @throws IllegalArgumentException for {@link DType#BF16}, which NumPy does not have
     */
    public static void write(Path file, TensorBytes array) throws IOException {
        ByteBuffer head = head(array.dtype(), array.shape(), 0);
        AtomicFile.write(file, channel -> {
            AtomicFile.writeFully(channel, head);
            AtomicFile.writeFully(channel, array.data());
        });
    }

    /**
     * What stands before the elements, for files that grow row by row and whose shape is known in the end: of the same
     * length for any shape of up to three dimensions.
     *
     * @throws IllegalArgumentException for {@link DType#BF16}, which NumPy does not have
     */
    public static byte[] head(DType dtype, long... shape) {
        return head(dtype, shape, ROOM_FOR_ANY_SHAPE).array();
    }

    private static ByteBuffer head(DType dtype, long[] shape, int least) {
        byte[] header = header(dtype, shape, least);
        ByteBuffer head = ByteBuffer.allocate(PREFIX_BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        return head.put(MAGIC).putShort((short) header.length).put(header).flip();
    }

    private static byte[] header(DType dtype, long[] shape, int least) {
        String description = DESCRIPTIONS.get(dtype);
        if (description == null || shape.length > MAX_RANK) {
            throw new IllegalArgumentException("NumPy has no " + dtype + " " + Arrays.toString(shape)
                    + "; write one of " + DESCRIPTIONS.keySet() + " of at most " + MAX_RANK + " dimensions");
        }
        StringBuilder text = new StringBuilder("{'descr': '" + description + "', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < shape.length; i++) {
            text.append(i == 0 ? "" : " ").append(shape[i]).append(i + 1 < shape.length || i == 0 ? "," : "");
        }
        text.append("), }");
        int end = (PREFIX_BYTES + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        end = Math.max(least, end);
        text.append(" ".repeat(end - PREFIX_BYTES - 1 - text.length())).append('\n');
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static final class Header {
        private final DType dtype;
        private final long[] shape;

        private Header(DType dtype, long[] shape) {
            this.dtype = dtype;
            this.shape = shape;
        }

        private static Header parse(Path file, String header) throws FormatException {
            String text = header.strip();
            if (!text.startsWith("{") || !text.endsWith("}")) {
                throw new FormatException(file, "the header must be a {...}, found " + FormatException.quote(text));
            }
            String description = null;
            String fortran = null;
            String shape = null;
            Matcher item = ITEM.matcher(text).useTransparentBounds(true);
            int at = 1;
            while (item.region(at, text.length()).lookingAt()) {
                switch (item.group(1)) {
                    case "descr" -> description = once(file, "descr", description, item.group(2));
                    case "fortran_order" -> fortran = once(file, "fortran_order", fortran, item.group(2));
                    default -> shape = once(file, "shape", shape, item.group(2));
                }
                at = item.end();
            }
            if (!text.substring(at).strip().equals("}") || description == null || fortran == null || shape == null) {
                throw new FormatException(
                        file,
                        "the header must hold descr, fortran_order and shape once each, found "
                                + FormatException.quote(text));
            }
            if (!fortran.equals("False")) {
                throw new FormatException(file, "fortran_order must be False, found " + FormatException.quote(fortran));
            }
            return new Header(dtype(file, description), shape(file, shape));
        }

        private static String once(Path file, String key, String earlier, String value) throws FormatException {
            if (earlier != null) {
                throw new FormatException(file, "the header names " + key + " twice");
            }
            return value;
        }

        private static DType dtype(Path file, String description) throws FormatException {
            for (Map.Entry<DType, String> known : DESCRIPTIONS.entrySet()) {
                if (description.equals("'" + known.getValue() + "'")) {
                    return known.getKey();
                }
            }
            throw new FormatException(
                    file,
                    "descr must be one of " + DESCRIPTIONS.values() + ", found " + FormatException.quote(description));
        }

        private static long[] shape(Path file, String tuple) throws FormatException {
            String inner = tuple.substring(1, tuple.length() - 1).strip();
            if (inner.isEmpty()) {
                return new long[0];
            }
            String[] parts = inner.split(",", MAX_RANK + 2);
            // A trailing comma leaves an empty last part; Python demands it for one dimension and allows it for more.
            int rank = parts[parts.length - 1].isBlank() ? parts.length - 1 : parts.length;
            if (rank > MAX_RANK || (rank == 1 && parts.length == 1)) {
                throw new FormatException(
                        file,
                        "shape must be a tuple of at most " + MAX_RANK + " sizes, found "
                                + FormatException.quote(tuple));
            }
            long[] shape = new long[rank];
            for (int i = 0; i < rank; i++) {
                try {
                    shape[i] = Long.parseLong(parts[i].strip());
                } catch (NumberFormatException e) {
                    throw new FormatException(
                            file, "shape must hold sizes below 2^63, found " + FormatException.quote(tuple), e);
                }
            }
            return shape;
        }
    }
}
