package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.swav4j.format.Safetensors;
import org.swav4j.format.TensorBytes;

/**
 * How the tensors of one file of two checkpoints compare, bit for bit.
 *
 * @param file name of the file, in both
 * @param tensors how many there are, of one checkpoint or both
 * @param differing how many of them differ
 * @param largest the largest absolute difference of two values, 0 if none differ; infinite where one is not a number
 * @param largestIn name of the tensor with the largest difference, or else of the first that differs; empty if none does
 * @param unlike names of those that only one checkpoint has, or that have another type or shape
 */
public record StateComparison(
        String file, int tensors, int differing, double largest, String largestIn, List<String> unlike) {
    /** Copies the list. */
    public StateComparison {
        unlike = List.copyOf(unlike);
    }

    /**
     * Compares model, optimizer and queue, where either checkpoint has one.
     *
     * @throws CheckpointException if a file cannot be read
     */
    public static List<StateComparison> of(Checkpoint one, Checkpoint other) {
        List<StateComparison> files = new ArrayList<>();
        for (String name : List.of(Checkpoint.MODEL, Checkpoint.OPTIMIZER, Checkpoint.QUEUE)) {
            boolean first = one.summary().files().containsKey(name);
            boolean second = other.summary().files().containsKey(name);
            if (first || second) {
                files.add(of(
                        name,
                        first ? open(one.directory().resolve(name)) : null,
                        second ? open(other.directory().resolve(name)) : null));
            }
        }
        return files;
    }

    private static Safetensors.File open(Path file) {
        try {
            return Safetensors.read(file);
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    private static CheckpointException unreadable(String file, IOException e) {
        return new CheckpointException(file + ": cannot be read: " + CheckpointException.reason(e), e);
    }

    private static StateComparison of(String file, Safetensors.File one, Safetensors.File other) {
        Set<String> names = new LinkedHashSet<>(one == null ? List.of() : one.names());
        names.addAll(other == null ? List.of() : other.names());
        int differing = 0;
        double largest = 0;
        String largestIn = "";
        List<String> unlike = new ArrayList<>();
        try {
            for (String name : names) {
                TensorBytes a = one != null && one.contains(name) ? one.get(name) : null;
                TensorBytes b = other != null && other.contains(name) ? other.get(name) : null;
                boolean comparable = a != null && b != null && a.toString().equals(b.toString());
                if (comparable && a.data().equals(b.data())) {
                    continue;
                }
                differing++;
                if (!comparable) {
                    unlike.add(name);
                }
                double difference = comparable ? largestDifference(a, b) : 0;
                if (largestIn.isEmpty() || difference > largest) {
                    largest = difference;
                    largestIn = name;
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return new StateComparison(file, names.size(), differing, largest, largestIn, unlike);
    }

    private static double largestDifference(TensorBytes one, TensorBytes other) {
        ByteBuffer a = one.data();
        ByteBuffer b = other.data();
        int width = one.dtype().bytes();
        double largest = 0;
        for (int at = 0; at < a.limit(); at += width) {
            double x = value(one, a, at);
            double y = value(other, b, at);
            if (Double.compare(x, y) != 0) {
                double difference = Math.abs(x - y);
                largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            }
        }
        return largest;
    }

    private static double value(TensorBytes tensor, ByteBuffer bytes, int at) {
        return switch (tensor.dtype()) {
            case F64 -> bytes.getDouble(at);
            case F32 -> bytes.getFloat(at);
            case F16 -> half(bytes.getShort(at));
            case BF16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
            case I64 -> bytes.getLong(at);
            case I32 -> bytes.getInt(at);
            case I16 -> bytes.getShort(at);
            case I8 -> bytes.get(at);
            case U8, BOOL -> bytes.get(at) & 255;
        };
    }

    /** IEEE 754 half precision; Java converts it from version 20 on. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        double magnitude = exponent == 31
                ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.scalb(1.0, exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }
}
