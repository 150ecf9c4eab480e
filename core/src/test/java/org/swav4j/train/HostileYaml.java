package org.swav4j.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads YAML that was made to do harm, as a file and as a run's configuration, in a Java with little memory and stack. For
 * each it prints how it was refused: name, lines, longest line, milliseconds; then the first line.
 */
final class HostileYaml {
    private HostileYaml() {}

    private static Map<String, byte[]> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("aliases", "a: &a [1]\nepochs: *a\n");
        texts.put("merge", "a: &a {epochs: 1}\n<<: *a\n");
        texts.put("merge list", "<<: [*a, *b]\n");
        texts.put("recursive", "a: &a [*a]\n");
        texts.put("flow lists", "epochs: " + "[".repeat(10_000) + "]".repeat(10_000));
        texts.put("open lists", "[".repeat(60_000));
        texts.put("flow maps", "epochs: " + "{a: ".repeat(10_000) + "1" + "}".repeat(10_000));
        texts.put("block lists", "epochs:\n " + "- ".repeat(10_000) + "1\n");
        texts.put("complex keys", "? ".repeat(10_000) + "1\n");
        texts.put("a list as key", "? [a, b]\n: 1\n");
        StringBuilder blocks = new StringBuilder("epochs:\n");
        for (int i = 1; i < 350; i++) {
            blocks.append(" ".repeat(i)).append("a:\n");
        }
        texts.put("blocks", blocks.append(" ".repeat(350)).append("1\n").toString());
        texts.put("a scalar of 1 MB", "epochs: " + "x".repeat(1 << 20));
        texts.put("a scalar of 60 kB", "epochs: " + "x".repeat(60_000));
        texts.put("a number of 60 kB", "epochs: " + "9".repeat(60_000));
        texts.put("a quoted scalar", "arch: \"" + "\\n".repeat(30_000) + "\"");
        texts.put("a folded scalar", "arch: >\n" + " x\n".repeat(20_000));
        texts.put("a list of 30,000", "crops: [" + "x,".repeat(30_000) + "x]");
        texts.put("a key of 60 kB", "k".repeat(60_000) + ": 1");
        texts.put("keys of 1 kB", (("k".repeat(1_000) + "%d: 1\n").repeat(60)).formatted(numbers(60)));
        texts.put("50,000 keys", "k%d:\n".repeat(50_000).formatted(numbers(50_000)));
        texts.put("9,000 keys", "k%d:\n".repeat(9_000).formatted(numbers(9_000)));
        texts.put("one key 12,000 times", "a: \n".repeat(12_000));
        texts.put("escapes in keys", "\"a\\nb\\e[31m\": 1\n");
        texts.put("escapes in values", "arch: \"a\\nb\\e[31m\"\n");
        texts.put("a class as tag", "epochs: !!java.lang.Runtime [x]\n");
        texts.put("a tagged value", "epochs: !!javax.script.ScriptEngineManager 3\n");
        texts.put("a tagged document", "!!java.util.Date\nepochs: 3\n");
        texts.put("documents", "epochs: 1\n" + "---\nepochs: 2\n".repeat(4_000));
        texts.put("directives", "%YAML 9.9\n" + "%TAG !e! tag:x:\n".repeat(100) + "---\nepochs: 1\n");
        texts.put("NUL", "epochs: 1\u0000\n");
        texts.put("NULs", "\u0000".repeat(60_000));
        texts.put("tabs", "\t".repeat(60_000) + "epochs: 1");
        texts.put("indentation", " ".repeat(60_000) + "epochs: x");
        texts.put("comments", "#\n".repeat(30_000) + "epochs: x");
        texts.put("a BOM", "\ufeffepochs: x\n");
        texts.put("two BOMs", "\ufeff\ufeffepochs: 1\n");
        texts.put("anchors", "&a ".repeat(20_000) + "x");
        texts.put("quotes", "\"".repeat(60_000));
        texts.put("percent signs", "epochs: '%s%n%d'");
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        texts.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        bytes.put("no UTF-8", new byte[] {'a', ':', ' ', (byte) 0xc3, (byte) 0x28});
        bytes.put("UTF-16", "epochs: 1\n".getBytes(StandardCharsets.UTF_16));
        return bytes;
    }

    private static Object[] numbers(int count) {
        Object[] numbers = new Object[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of("f.yaml");
        for (Map.Entry<String, byte[]> each : texts().entrySet()) {
            Files.write(file, each.getValue());
            report(
                    each.getKey(),
                    () -> Settings.builder().file(file).build().names().toString());
            String text = new String(each.getValue(), StandardCharsets.UTF_8);
            report(
                    each.getKey() + " in a run",
                    () -> ConfigYaml.read(text, "config.yaml").toString());
        }
    }

    private static void report(String name, java.util.function.Supplier<String> reading) {
        long start = System.nanoTime();
        String message;
        try {
            message = "accepted: " + reading.get();
        } catch (ConfigurationException e) {
            message = e.getMessage();
        }
        long milliseconds = (System.nanoTime() - start) / 1_000_000;
        int longest = message.lines().mapToInt(String::length).max().orElse(0);
        String first = message.lines().findFirst().orElse("");
        System.out.println(name + "|" + message.lines().count() + "|" + longest + "|" + milliseconds + "|"
                + first.substring(0, Math.min(first.length(), 300)));
    }
}
