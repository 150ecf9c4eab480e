package org.swav4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Numbers computed by the authors' published code: a set of named arrays and the settings they came from. The small sets are
 * test resources ({@code golden/*.npz}); the trajectories lie in a folder {@code shared/golden} beside or above the
 * checkout where there is one.
 */
public final class GoldenSet {
    private static final Pattern HEADER =
            Pattern.compile("'descr': '([<|][a-z]\\d)', 'fortran_order': False, 'shape': \\(([^)]*)\\)");

    private final Map<String, byte[]> files;
    private final JsonNode manifest;

    private GoldenSet(Map<String, byte[]> files, JsonNode manifest) {
        this.files = files;
        this.manifest = manifest;
    }

    /** A set among the test resources. */
    public static GoldenSet resource(String name) {
        Map<String, byte[]> files = new HashMap<>();
        try (InputStream in = GoldenSet.class.getResourceAsStream("/golden/" + name + ".npz");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName().replaceFirst("\\.npy$", ""), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new GoldenSet(files, new ObjectMapper().readTree(files.remove("hyper.json")));
    }

    /** A set of the shared folder, if that is there. */
    public static Optional<GoldenSet> shared(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared/golden").resolve(name);
            if (Files.isDirectory(folder)) {
                return Optional.of(fromFolder(folder));
            }
        }
        return Optional.empty();
    }

    private static GoldenSet fromFolder(Path folder) {
        try {
            JsonNode manifest = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("manifest.json")));
            Map<String, byte[]> files = new HashMap<>();
            for (Map.Entry<String, JsonNode> tensor : manifest.get("tensors").properties()) {
                files.put(
                        tensor.getKey(),
                        Files.readAllBytes(
                                folder.resolve(tensor.getValue().get("file").asString())));
            }
            for (Map.Entry<String, JsonNode> pack : manifest.get("packs").properties()) {
                files.put(
                        "pack:" + pack.getKey(),
                        Files.readAllBytes(
                                folder.resolve(pack.getValue().get("file").asString())));
            }
            return new GoldenSet(files, manifest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The settings: of a resource, or {@code manifest.json}'s {@code hyper}. */
    public JsonNode hyper() {
        return manifest.has("hyper") ? manifest.get("hyper") : manifest;
    }

    /** The losses of the same training computed in float64. */
    public JsonNode float64Losses() {
        return manifest.get("float64_comparison").get("losses_float64");
    }

    public boolean has(String name) {
        return files.containsKey(name);
    }

    /** An array as a tensor; the current scope owns it. */
    public Tensor tensor(String name) {
        Npy npy = npy(name);
        return tensor(npy.type, npy.shape, npy.data);
    }

    /** A one-dimensional float64 array. */
    public double[] doubles(String name) {
        Npy npy = npy(name);
        double[] values = new double[npy.data.remaining() / Double.BYTES];
        npy.data.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    /** The named tensors of a pack; the current scope owns them. */
    public Map<String, Tensor> pack(String name) {
        Map<String, Tensor> tensors = new java.util.LinkedHashMap<>();
        byte[] bytes = files.get("pack:" + name);
        for (JsonNode entry : manifest.get("packs").get(name).get("entries")) {
            long[] shape = new long[entry.get("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = entry.get("shape").get(i).asLong();
            }
            ByteBuffer data = ByteBuffer.wrap(
                    bytes, entry.get("offset").asInt(), entry.get("bytes").asInt());
            tensors.put(
                    entry.get("name").asString(), tensor(type(entry.get("dtype").asString()), shape, data));
        }
        return tensors;
    }

    private static Tensor tensor(ScalarType type, long[] shape, ByteBuffer data) {
        Tensor tensor = torch.zeros(shape, new TensorOptions(type));
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        new BytePointer(tensor.data_ptr()).put(bytes);
        return tensor;
    }

    private record Npy(ScalarType type, long[] shape, ByteBuffer data) {}

    private Npy npy(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no '" + name + "' in the golden set");
        }
        int headerLength = (bytes[8] & 0xff) | (bytes[9] & 0xff) << 8;
        String header = new String(bytes, 10, headerLength, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException(name + ": " + header);
        }
        long[] shape = Arrays.stream(matcher.group(2).split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        int start = 10 + headerLength;
        return new Npy(type(matcher.group(1)), shape, ByteBuffer.wrap(bytes, start, bytes.length - start));
    }

    private static ScalarType type(String name) {
        return switch (name) {
            case "<f4", "float32" -> ScalarType.Float;
            case "<f8", "float64" -> ScalarType.Double;
            case "<i8", "int64" -> ScalarType.Long;
            case "|u1", "uint8" -> ScalarType.Byte;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** max |a − b|, as float64; infinite if either is not finite. */
    public static double maxDifference(Tensor a, Tensor b) {
        if (!Arrays.equals(a.shape(), b.shape())) {
            throw new IllegalArgumentException(Arrays.toString(a.shape()) + " against " + Arrays.toString(b.shape()));
        }
        double difference = a.detach()
                .to(ScalarType.Double)
                .sub(b.detach().to(ScalarType.Double))
                .abs()
                .max()
                .item_double();
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
}
