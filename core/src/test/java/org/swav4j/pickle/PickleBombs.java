package org.swav4j.pickle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.swav4j.format.FormatException;

/** Opens files whose pickles would take much more memory than they have bytes; for a Java with a small heap. */
public final class PickleBombs {
    private static final int MANY = 3_000_000;

    private PickleBombs() {}

    static Map<String, Supplier<byte[]>> all() {
        Map<String, Supplier<byte[]>> bombs = new LinkedHashMap<>();
        bombs.put("lists", () -> repeated("", "]", MANY));
        bombs.put("dictionaries that are dropped", () -> repeated("", "}0", MANY));
        bombs.put("marks", () -> repeated("", "(", MANY));
        bombs.put("numbers", () -> repeated("(", "G12345678", 1_000_000));
        bombs.put("one value many times", () -> repeated("N", "2", MANY));
        bombs.put("memos", () -> repeated("N", "\u0094", MANY));
        bombs.put("a list of one value many times", () -> repeated("](", "N", MANY));
        bombs.put("lists appended and kept", () -> repeated("]", "]a", MANY));
        bombs.put("tuples in tuples", () -> repeated("N", "\u0085", MANY));
        bombs.put("tuples of the same twice", () -> repeated("N", "2\u0086", MANY));
        bombs.put("a list in itself", () -> repeated("]", "2a", MANY));
        bombs.put("short texts", () -> repeated("(", "U\u0004abcd", 2_000_000));
        bombs.put("a text from the memo, dropped", () -> repeated("U\u0004abcdq\u0001", "h\u00010", 4_000_000));
        bombs.put(
                "one long text",
                () -> PickleBytes.pickle().text("x".repeat(12_000_000)).op('.').toBytes());
        bombs.put("texts of a gigabyte", () -> repeated("", "X\u0000\u0000\u0000\u0040", 10));
        bombs.put("classes", () -> repeated("", "ctorch\nFloatStorage\n", 200_000));
        bombs.put("empty calls", () -> repeated("ccollections\nOrderedDict\nq\u0001", "h\u0001)R", 1_000_000));
        bombs.put("entries", () -> {
            PickleBytes pickle = PickleBytes.pickle().ops("}(");
            for (int i = 0; i < 500_000; i++) {
                pickle.op('J').i32(i).op('N');
            }
            return pickle.ops("u.").toBytes();
        });
        return bombs;
    }

    private static byte[] repeated(String before, String each, int times) {
        return PickleBytes.pickle().ops(before).ops(each.repeat(times)).op('.').toBytes();
    }

    /** Prints one line for each. */
    public static void main(String[] args) throws IOException {
        for (Map.Entry<String, Supplier<byte[]>> bomb : all().entrySet()) {
            Path file = Path.of("bomb.pth");
            write(file, bomb.getValue());
            long start = System.nanoTime();
            String said;
            try {
                TorchFile.open(file).close();
                said = "read";
            } catch (FormatException e) {
                said = e.getMessage();
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            System.out.println(bomb.getKey() + ": " + said + " after " + millis + " ms");
        }
    }

    /** What was assembled is garbage again when the file is opened. */
    private static void write(Path file, Supplier<byte[]> pickle) throws IOException {
        Files.write(file, TorchFiles.zip(pickle.get(), 16));
    }
}
