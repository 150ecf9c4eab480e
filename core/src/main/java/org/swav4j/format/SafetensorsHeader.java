package org.swav4j.format;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** The JSON header of a safetensors file; see {@link Safetensors} for the layout. */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final int MAX_TENSORS = 1_000_000;
    private static final int MAX_RANK = 64;
    private static final int MAX_METADATA = 100_000;
    /** What is written into metadata, such as a configuration, has thousands; in memory it takes several times as much. */
    private static final int MAX_TEXT_CHARACTERS = 4_000_000;

    // Interning and symbol tables are tuned for few names that come often; here are many that come once.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_TEXT_CHARACTERS)
                    .build())
            .build();

    /** Where a tensor lies; offsets in bytes from the start of the data. */
    record Entry(DType dtype, long[] shape, long begin, long end) {
        long bytes() {
            return end - begin;
        }
    }

    byte[] toJson() {
        if (entries.containsKey(METADATA)) {
            throw new IllegalArgumentException("a tensor cannot be named '" + METADATA + "': the format reserves it");
        }
        entries.keySet().forEach(SafetensorsHeader::requireUnicode);
        metadata.keySet().forEach(SafetensorsHeader::requireUnicode);
        metadata.values().forEach(SafetensorsHeader::requireUnicode);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(METADATA).writeStartObject();
                metadata.forEach((key, value) -> json.writeName(key).writeString(value));
                json.writeEndObject();
            }
            entries.forEach((name, entry) -> {
                json.writeName(name).writeStartObject();
                json.writeName("dtype").writeString(entry.dtype().name());
                json.writeName("shape").writeArray(entry.shape(), 0, entry.shape().length);
                json.writeName("data_offsets").writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            });
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Half a surrogate pair has no UTF-8; encoders replace it, which could make two names equal. */
    private static void requireUnicode(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "names and metadata must be valid Unicode, found " + FormatException.quote(text));
        }
    }

    /** Reads {@code headerBytes} of {@code in}; memory grows with what is really there, not with what is claimed. */
    static SafetensorsHeader parse(Path file, InputStream in, long headerBytes, long dataBytes) throws IOException {
        Parser parser = new Parser(file, dataBytes);
        PushbackInputStream header = new PushbackInputStream(new Bounded(in, headerBytes));
        int first = header.read();
        if (first != '{') {
            throw new FormatException(file, String.format("the header must start with '{', found byte 0x%02x", first));
        }
        header.unread(first);
        // An explicit decoder is strict, and keeps Jackson from guessing UTF-16.
        Reader utf8 = new InputStreamReader(header, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), utf8)) {
            parser.header(json);
        } catch (JacksonIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw new FormatException(file, "the header is not valid UTF-8", e);
            }
            throw e.getCause();
        } catch (JacksonException e) {
            throw new FormatException(file, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        }
        parser.checkCoverage();
        return new SafetensorsHeader(parser.entries, parser.metadata);
    }

    private static final class Parser {
        private final Path file;
        private final long dataBytes;
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private boolean metadataSeen;

        private Parser(Path file, long dataBytes) {
            this.file = file;
            this.dataBytes = dataBytes;
        }

        private void header(JsonParser json) throws FormatException {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(METADATA)) {
                    metadata(json);
                } else {
                    Entry entry = entry(name, json);
                    if (entries.putIfAbsent(name, entry) != null) {
                        throw broken(name, "occurs twice");
                    }
                    if (entries.size() > MAX_TENSORS) {
                        throw new FormatException(file, "more than " + MAX_TENSORS + " tensors");
                    }
                }
            }
            if (json.nextToken() != null) {
                throw new FormatException(file, "after the header's object only spaces may come, found " + found(json));
            }
        }

        private void metadata(JsonParser json) throws FormatException {
            if (metadataSeen) {
                throw new FormatException(file, "'" + METADATA + "' occurs twice");
            }
            metadataSeen = true;
            long characters = 0;
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new FormatException(file, "'" + METADATA + "' must be an object, found " + found(json));
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw new FormatException(
                            file,
                            "'" + METADATA + "' " + FormatException.quote(key) + " must be a string, found "
                                    + found(json));
                }
                String value = json.getString();
                characters += key.length() + value.length();
                if (metadata.size() == MAX_METADATA || characters > MAX_TEXT_CHARACTERS) {
                    throw new FormatException(
                            file,
                            "'" + METADATA + "' has more than " + MAX_METADATA + " entries or " + MAX_TEXT_CHARACTERS
                                    + " characters");
                }
                if (metadata.putIfAbsent(key, value) != null) {
                    throw new FormatException(
                            file, "'" + METADATA + "' " + FormatException.quote(key) + " occurs twice");
                }
            }
        }

        private Entry entry(String name, JsonParser json) throws FormatException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw broken(name, "must be an object, found " + found(json));
            }
            DType dtype = null;
            long[] shape = null;
            long[] offsets = null;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "dtype" -> {
                        once(name, key, dtype);
                        dtype = dtype(name, json);
                    }
                    case "shape" -> {
                        once(name, key, shape);
                        shape = longs(name, key, json);
                    }
                    case "data_offsets" -> {
                        once(name, key, offsets);
                        offsets = longs(name, key, json);
                    }
                    default -> json.skipChildren();
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
                throw broken(name, "has no '" + missing + "'");
            }
            if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
                throw broken(
                        name,
                        "data_offsets must be [begin, end] with begin <= end <= " + dataBytes
                                + " (bytes of data in the file), found " + Arrays.toString(offsets));
            }
            long size;
            try {
                size = dtype.sizeOf(shape);
            } catch (ArithmeticException e) {
                throw broken(name, "shape " + Arrays.toString(shape) + " overflows");
            }
            if (size != offsets[1] - offsets[0]) {
                throw broken(
                        name,
                        dtype + " " + Arrays.toString(shape) + " takes " + size + " bytes, but data_offsets "
                                + Arrays.toString(offsets) + " span " + (offsets[1] - offsets[0]));
            }
            return new Entry(dtype, shape, offsets[0], offsets[1]);
        }

        private DType dtype(String name, JsonParser json) throws FormatException {
            String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getString() : found(json);
            return DType.ofSafetensorsName(text)
                    .orElseThrow(() -> broken(
                            name,
                            "dtype must be one of " + Arrays.toString(DType.values()) + ", found "
                                    + FormatException.quote(text)));
        }

        private long[] longs(String name, String key, JsonParser json) throws FormatException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw broken(name, key + " must be an array, found " + found(json));
            }
            long[] values = new long[8];
            int count = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || json.getLongValue() < 0) {
                    throw broken(name, key + " must hold integers from 0 to 2^63-1, found " + found(json));
                }
                if (count == MAX_RANK) {
                    throw broken(name, key + " has more than " + MAX_RANK + " numbers");
                }
                if (count == values.length) {
                    values = Arrays.copyOf(values, MAX_RANK);
                }
                values[count++] = json.getLongValue();
            }
            return Arrays.copyOf(values, count);
        }

        private void checkCoverage() throws FormatException {
            List<Map.Entry<String, Entry>> byOffset = new ArrayList<>(entries.entrySet());
            byOffset.sort(Comparator.comparingLong(
                            (Map.Entry<String, Entry> e) -> e.getValue().begin())
                    .thenComparingLong(e -> e.getValue().end()));
            long end = 0;
            for (Map.Entry<String, Entry> next : byOffset) {
                long begin = next.getValue().begin();
                if (begin != end) {
                    throw broken(
                            next.getKey(),
                            (begin < end ? "overlaps the tensor before it" : "leaves a gap before it")
                                    + ": data_offsets must begin at " + end + ", found " + begin);
                }
                end = next.getValue().end();
            }
            if (end != dataBytes) {
                throw new FormatException(
                        file, "the tensors take " + end + " bytes of data, but the file has " + dataBytes);
            }
        }

        private void once(String name, String key, Object earlier) throws FormatException {
            if (earlier != null) {
                throw broken(name, key + " occurs twice");
            }
        }

        private FormatException broken(String name, String problem) {
            return new FormatException(file, "tensor " + FormatException.quote(name) + " " + problem);
        }

        private static String found(JsonParser json) {
            JsonToken token = json.currentToken();
            if (token == null) {
                return "the end";
            }
            return token.isScalarValue() ? FormatException.quote(json.getString()) : token.asString();
        }
    }

    /** Ends after so many bytes; leaves the stream below open. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        private Bounded(InputStream in, long limit) {
            super(in);
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            int value = in.read();
            left -= value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        }

        @Override
        public void close() {}
    }
}
