package org.swav4j.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a file is that was taken for something else, told by its first bytes and never by its name; for messages. */
public final class FileContent {
    private static final int HEAD_BYTES = 512;
    private static final int TAR_MAGIC = 257;
    /** No header of safetensors is longer. */
    private static final long MAX_HEADER = 100_000_000;

    /** Bytes that formats begin with, in ISO 8859-1, and what a message says of such a file. */
    private enum Beginning {
        GIT_LFS(
                "version https://git-lfs.github.com/",
                "is git-lfs's pointer to a file; 'git lfs pull' fetches the file"),
        PNG("\u0089PNG\r\n", "is a PNG image"),
        JPEG("\u00ff\u00d8\u00ff", "is a JPEG image"),
        GIF("GIF8", "is a GIF image"),
        GZIP("\u001f\u008b", "is compressed with gzip; gunzip unpacks it"),
        BZIP2("BZh", "is compressed with bzip2; bunzip2 unpacks it"),
        XZ("\u00fd7zXZ", "is compressed with xz; unxz unpacks it"),
        ZSTD("\u0028\u00b5\u002f\u00fd", "is compressed with zstd; unzstd unpacks it"),
        SEVEN_ZIP("7z\u00bc\u00af", "is a 7z archive; unpack it"),
        RAR("Rar!", "is a RAR archive; unpack it"),
        HDF5("\u0089HDF", "is an HDF5 file, as Keras saves"),
        NUMPY("\u0093NUMPY", "is an array of numpy's"),
        PARQUET("PAR1", "is a Parquet file"),
        PDF("%PDF", "is a PDF document"),
        ELF("\u007fELF", "is a program"),
        // ir_version, then producer_name or graph
        ONNX("\b", "is an ONNX model; give the checkpoint that it was made from") {
            @Override
            boolean matches(byte[] head) {
                return head.length > 2
                        && head[0] == 8
                        && head[1] > 2
                        && head[1] < 32
                        && (head[2] == 0x12 || head[2] == 0x3a);
            }
        },
        TAR("", "is a tar archive; unpack it") {
            @Override
            boolean matches(byte[] head) {
                return head.length > TAR_MAGIC + 5
                        && new String(head, TAR_MAGIC, 5, StandardCharsets.ISO_8859_1).equals("ustar");
            }
        },
        HTML("", "is an HTML page, which a failed download leaves; download the file again") {
            @Override
            boolean matches(byte[] head) {
                String text = text(head);
                return text.startsWith("<!doctype html") || text.startsWith("<html") || text.startsWith("<head");
            }
        },
        XML("", "is XML, which a failed download leaves; download the file again") {
            @Override
            boolean matches(byte[] head) {
                return text(head).startsWith("<?xml");
            }
        },
        JSON("", "is JSON") {
            @Override
            boolean matches(byte[] head) {
                return text(head).startsWith("{\"") || text(head).matches("(?s)\\{\\s+\".*");
            }
        };

        private final byte[] bytes;
        private final String words;

        Beginning(String bytes, String words) {
            this.bytes = bytes.getBytes(StandardCharsets.ISO_8859_1);
            this.words = words;
        }

        boolean matches(byte[] head) {
            return head.length >= bytes.length && Arrays.equals(bytes, Arrays.copyOf(head, bytes.length));
        }

        private static String text(byte[] head) {
            return new String(head, StandardCharsets.ISO_8859_1)
                    .replaceFirst("^(\u00ef\u00bb\u00bf)?\\s*", "")
                    .toLowerCase(Locale.ROOT);
        }
    }

    private FileContent() {}

    /**
     * What a regular file is.
     *
     * @return such as {@code is a PNG image}, and what to do about it where that is known; empty if it is none of the known kinds
     */
    public static Optional<String> describe(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD_BYTES);
        }
        if (head.length == 0) {
            return Optional.of("is empty; save or download it again");
        }
        if (isSafetensors(head)) {
            return Optional.of("is the beginning of a safetensors file; the rest is missing, copy it again");
        }
        return Arrays.stream(Beginning.values())
                .filter(each -> each.matches(head))
                .findFirst()
                .map(each -> each.words);
    }

    private static boolean isSafetensors(byte[] head) {
        if (head.length <= Long.BYTES || head[Long.BYTES] != '{') {
            return false;
        }
        long header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return header > 0 && header <= MAX_HEADER;
    }
}
