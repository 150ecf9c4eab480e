package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.ChildJvm;

class SafetensorsHostileTest {
    @TempDir
    Path folder;

    /** Each row: header, bytes of data, and what the message must say after the file's name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                  | 0 | the header must start with '{', found byte 0x5b",
                "` {}`                               | 0 | the header must start with '{', found byte 0x20",
                "{}{}                                | 0 | after the header's object only spaces may come",
                "{'a'}                               | 0 | the header is not valid JSON",
                "{'a':{'dtype':'U8'                  | 0 | the header is not valid JSON",
                "{'a':1}                             | 0 | tensor 'a' must be an object, found '1'",
                "{'a':{}}                            | 0 | tensor 'a' has no 'dtype'",
                "{'a':{'dtype':'U8','shape':[0]}}    | 0 | tensor 'a' has no 'data_offsets'",
                "{'a':{'dtype':'U9','shape':[1],'data_offsets':[0,1]}} | 1 | tensor 'a' dtype must be one of",
                "{'a':{'dtype':'u8','shape':[1],'data_offsets':[0,1]}} | 1 | tensor 'a' dtype must be one of",
                "{'a':{'dtype':null,'shape':[1],'data_offsets':[0,1]}} | 1 | tensor 'a' dtype must be one of",
                "{'a':{'dtype':'U8','dtype':'U8','shape':[1],'data_offsets':[0,1]}} | 1 | tensor 'a' dtype occurs twice",
                "{'a':{'dtype':'U8','shape':1,'data_offsets':[0,1]}} | 1 | tensor 'a' shape must be an array, found '1'",
                "{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}} | 1 | tensor 'a' shape must hold integers from 0 to 2^63-1, found '-1'",
                "{'a':{'dtype':'U8','shape':[1.0],'data_offsets':[0,1]}} | 1 | tensor 'a' shape must hold integers from 0 to 2^63-1, found '1.0'",
                "{'a':{'dtype':'U8','shape':[9223372036854775808],'data_offsets':[0,1]}} | 1 | tensor 'a' shape must hold integers from 0 to 2^63-1",
                "{'a':{'dtype':'U8','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | 0 | tensor 'a' shape [4294967296, 4294967296] overflows",
                "{'a':{'dtype':'F64','shape':[2305843009213693952],'data_offsets':[0,0]}} | 0 | tensor 'a' shape [2305843009213693952] overflows",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,2]}} | 1 | tensor 'a' data_offsets must be [begin, end] with begin <= end <= 1",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}} | 1 | tensor 'a' data_offsets must be [begin, end]",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0]}} | 1 | tensor 'a' data_offsets must be [begin, end]",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,2]}} | 2 | tensor 'a' F32 [1] takes 4 bytes, but data_offsets [0, 2] span 2",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}} | 2 | tensor 'a' occurs twice",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}} | 3 | tensor 'b' overlaps the tensor before it: data_offsets must begin at 2, found 1",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[1],'data_offsets':[2,3]}} | 3 | tensor 'b' leaves a gap before it: data_offsets must begin at 1, found 2",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}} | 2 | the tensors take 1 bytes of data, but the file has 2",
                "{'__metadata__':[]}                 | 0 | '__metadata__' must be an object",
                "{'__metadata__':{'a':1}}            | 0 | '__metadata__' 'a' must be a string, found '1'",
                "{'__metadata__':{'a':'','a':''}}    | 0 | '__metadata__' 'a' occurs twice",
                "{'__metadata__':{},'__metadata__':{}} | 0 | '__metadata__' occurs twice",
            })
    void namesTheRuleThatIsBroken(String json, int dataBytes, String problem) throws IOException {
        Path file = write(file(json.replace('\'', '"'), new byte[dataBytes]));

        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": " + problem)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void refusesLyingHeaderLengths() throws IOException {
        byte[] good = good();
        for (long lie : new long[] {0, 1, good.length - 7, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1}) {
            byte[] bytes = good.clone();
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(lie);
            Path file = write(bytes);
            assertThatThrownBy(() -> Safetensors.read(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("header length must be 2 to " + (good.length - 8) + ", found "
                            + Long.toUnsignedString(lie));
        }
    }

    @Test
    void refusesAHeaderOverTheCapThatIsReallyThere() throws IOException {
        Path file = write(file("{}", new byte[0]));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(100_000_001)
                    .array());
            sparse.setLength(200_000_000);
        }
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("header length must be 2 to 100000000, found 100000001");
    }

    @Test
    void refusesDeepNestingLongNumbersAndEndlessShapes() throws IOException {
        String deep = "{\"a\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
        String digits = "{\"a\":{\"shape\":[" + "9".repeat(100_000) + "]}}";
        String dimensions = "{\"a\":{\"shape\":[1" + ",1".repeat(100_000) + "]}}";
        for (String json : new String[] {deep, digits, dimensions}) {
            Path file = write(file(json, new byte[0]));
            assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(FormatException.class);
        }
    }

    /** Headers that are as long as they claim, read with 64 MB of heap. */
    @Test
    void longHeadersTakeLittleMemoryAndTime() throws Exception {
        StringBuilder keys = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++) {
            String offsets = (i == 0 ? 0 : 8) + ",8";
            keys.append(i == 0 ? "" : ",")
                    .append("\"layer")
                    .append(i)
                    .append("\":{\"dtype\":\"F32\",\"shape\":[")
                    .append(i == 0 ? 2 : 0)
                    .append("],\"data_offsets\":[")
                    .append(offsets)
                    .append("]}");
        }
        Path many = Files.write(folder.resolve("many"), file(keys.append('}').toString(), new byte[8]));
        String tensor = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]";
        Path spaces = longHeader("spaces", tensor + "}}", " ", "");
        Path name = longHeader("name", "{\"", "x", "\":{}}");
        Path text = longHeader("text", "{\"a\":{\"dtype\":\"", "x", "\"}}");
        Path digits = longHeader("digits", "{\"a\":{\"shape\":[", "9", "]}}");
        Path unknown = longHeader("unknown", tensor + ",\"x\":[1", ",[1,2]", "]}}");
        Path note = longHeader("note", "{\"__metadata__\":{\"a\":\"", "x", "\"}}");
        Path notes = longHeader("notes", "{\"__metadata__\":{\"a\":\"\"", ",\"#\":\"\"", "}}");
        // a file of 4 TB that takes no room, one tensor in it, or in a file that is not so long
        Path huge = longTensor("huge", 4L << 40, 4L << 40);
        Path mapped = longTensor("mapped", 1L << 30, 1L << 30);
        Path liar = longTensor("liar", 4L << 40, 1L << 20);

        List<Path> files = List.of(many, spaces, name, text, digits, unknown, note, notes, huge, mapped, liar);
        ChildJvm.Result result = ChildJvm.run(
                folder,
                120,
                List.of("-Xmx64m"),
                HeaderReading.class,
                files.stream().map(Path::toString).toArray(String[]::new));

        List<String> lines = result.succeeded().out().lines().toList();
        assertThat(lines)
                .hasSameSizeAs(files)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(400));
        assertThat(lines.get(0)).isEqualTo("100000 tensors");
        assertThat(lines.get(1)).isEqualTo("1 tensors");
        assertThat(lines.subList(2, 5))
                .allSatisfy(line -> assertThat(line).startsWith("file: the header is not valid JSON: "));
        assertThat(lines.get(5)).isEqualTo("1 tensors");
        assertThat(lines.get(6)).startsWith("file: the header is not valid JSON: String value length");
        assertThat(lines.get(7)).startsWith("file: '__metadata__' has more than ");
        assertThat(lines.get(8))
                .isEqualTo("file: tensor 'a' takes 4398046511104 bytes; at most 2147483647 can be read at once");
        assertThat(lines.get(9)).isEqualTo("1 tensors");
        assertThat(lines.get(10)).startsWith("file: tensor 'a' data_offsets must be [begin, end]");
    }

    /** A header of 90 MB: {@code middle} again and again, with {@code #} replaced by a number. */
    private Path longHeader(String name, String begin, String middle, String end) throws IOException {
        int length = 90_000_000;
        Path file = folder.resolve(name);
        String repeated = middle.contains("#") ? middle : middle.repeat(10_000);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array());
            out.write(begin.getBytes(StandardCharsets.UTF_8));
            int left = length - begin.length() - end.length();
            for (int i = 0; left > 0; i++) {
                byte[] next = repeated.replace("#", Integer.toString(i)).getBytes(StandardCharsets.UTF_8);
                // what is left is too short for one more: spaces, which are harmless
                next = next.length <= left ? next : " ".repeat(left).getBytes(StandardCharsets.UTF_8);
                out.write(next);
                left -= next.length;
            }
            out.write(end.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private Path longTensor(String name, long bytes, long fileBytes) throws IOException {
        String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + bytes + "],\"data_offsets\":[0," + bytes + "]}}";
        Path file = Files.write(folder.resolve(name), file(json, new byte[0]));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(8 + json.length() + fileBytes);
        }
        return file;
    }

    @Test
    void refusesInvalidUtf8InNames() throws IOException {
        byte[] bytes = file("{\"aXY\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", new byte[0]);
        bytes[8 + 3] = (byte) 0xc3;
        Path file = write(bytes);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(FormatException.class);
    }

    @Test
    void takesUnknownKeysOfATensorAndSpacesAfterTheHeader() throws IOException {
        String json = "{\"a\":{\"note\":{\"x\":[1,{}]},\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}  \n";
        assertThat(Safetensors.read(write(file(json, new byte[] {4}))).get("a").toBytes())
                .containsExactly(4);
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] good = good();
        for (int length = 0; length < good.length; length++) {
            Path file = write(Arrays.copyOf(good, length));
            assertThatThrownBy(() -> Safetensors.read(file))
                    .as("first %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    /** A damaged file is refused, or what it holds obeys the format: nothing else may happen. */
    @Test
    void mutationsAreRefusedOrLegal() throws IOException {
        byte[] good = good();
        Random random = new Random(20_24);
        int refused = 0;
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = mutate(good, random);
            Path file = write(bytes);
            try {
                Safetensors.File read = Safetensors.read(file);
                long total = 0;
                for (String name : read.names()) {
                    total += read.get(name).toBytes().length;
                }
                long header =
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
                assertThat(total).isEqualTo(bytes.length - 8 - header);
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith(file + ": ");
                refused++;
            }
        }
        assertThat(refused).isBetween(2_000, 3_999);
    }

    private static byte[] mutate(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) "{}[]\",:0123456789-.eE \\".charAt(random.nextInt(23));
                case 3 -> bytes = splice(bytes, at, Math.min(at + 1 + random.nextInt(8), bytes.length), new byte[0]);
                default -> {
                    int from = random.nextInt(bytes.length);
                    byte[] copy = Arrays.copyOfRange(bytes, from, Math.min(from + 40, bytes.length));
                    bytes = splice(bytes, at, at, copy);
                }
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(insert);
        out.write(bytes, to, bytes.length - to);
        byte[] result = out.toByteArray();
        return result.length == 0 ? new byte[1] : result;
    }

    private static byte[] good() throws IOException {
        Map<String, TensorBytes> tensors = new LinkedHashMap<>();
        tensors.put("conv1.weight", TensorBytes.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        tensors.put("bn1.num_batches_tracked", TensorBytes.ofLongs(new long[] {12}));
        tensors.put("mask", TensorBytes.ofBytes(new byte[] {1, 0, 1}, 3));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Safetensors.write(Channels.newChannel(bytes), tensors, Map.of("format", "pt"));
        return bytes.toByteArray();
    }

    static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    private Path write(byte[] bytes) throws IOException {
        // a fresh file each time: rewriting one in place makes some file systems wait for the disk
        Path file = folder.resolve("hostile.safetensors");
        Files.deleteIfExists(file);
        return Files.write(file, bytes);
    }
}
