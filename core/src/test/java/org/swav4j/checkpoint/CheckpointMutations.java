package org.swav4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Damages the newer of two checkpoints, {@code step-000000020} beside {@code step-000000010}, in one random way each time. */
final class CheckpointMutations {
    private static final String OLDER = "step-000000010";
    private static final String NEWER = "step-000000020";

    private static final JsonMapper JSON = new JsonMapper();

    private final Path root;
    private final List<String> names;
    private final Random random;

    /**
     * What was done.
     *
     * @param ofBoth whether the older checkpoint was changed too
     */
    record Mutation(String what, boolean ofBoth) {}

    CheckpointMutations(Path root, Snapshot snapshot, Random random) throws IOException {
        this.root = root;
        this.names = snapshot.filesIn(NEWER);
        this.random = random;
    }

    Mutation next() throws IOException {
        int kind = random.nextInt(100);
        if (kind < 25) {
            return manifest();
        }
        if (kind < 30) {
            return folders();
        }
        String name = names.get(random.nextInt(names.size()));
        Path file = root.resolve(NEWER).resolve(name);
        Path other = root.resolve(OLDER).resolve(name);
        if (kind < 75) {
            return bytes(name, file);
        }
        Path away = root.resolve("away");
        switch (kind % 8) {
            case 0 -> Files.delete(file);
            case 1 -> {
                Files.delete(file);
                Files.createDirectory(file);
            }
            case 2 -> {
                Files.delete(file);
                Files.createFile(file);
            }
            case 3 -> {
                Files.delete(file);
                Files.createSymbolicLink(file, Path.of("..", OLDER, name));
                return new Mutation(name + " leads to the other checkpoint's", false);
            }
            case 4 -> {
                Files.delete(file);
                Files.createSymbolicLink(file, file.getFileName());
                return new Mutation(name + " leads to itself", false);
            }
            case 5 -> {
                Files.move(file, away);
                Files.createSymbolicLink(file, away);
                return new Mutation(name + " is a link to itself elsewhere", false);
            }
            case 6 -> {
                Files.delete(file);
                Files.copy(other, file);
                return new Mutation(name + " is the other checkpoint's", false);
            }
            default -> {
                Files.move(file, away);
                Files.move(other, file);
                Files.move(away, other);
                return new Mutation(name + " and the other checkpoint's in each other's place", true);
            }
        }
        return new Mutation(name + " deleted, empty or a folder", false);
    }

    private Mutation bytes(String name, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
        byte[] more = new byte[1 + random.nextInt(40)];
        random.nextBytes(more);
        byte[] changed = switch (random.nextInt(6)) {
            case 0 -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case 1 -> {
                bytes[at] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 2 -> {
                bytes[at] = (byte) "{}[]\",:0123456789-.eE \\\n".charAt(random.nextInt(24));
                yield bytes;
            }
            case 3 -> Arrays.copyOf(bytes, at);
            case 4 -> splice(bytes, random.nextBoolean() ? at : bytes.length, more);
            default -> {
                byte[] rest = Arrays.copyOfRange(bytes, to, bytes.length);
                yield splice(Arrays.copyOf(bytes, at), at, rest);
            }
        };
        rewrite(file, changed);
        return new Mutation(name + ", bytes " + at + " to " + to, false);
    }

    private static byte[] splice(byte[] bytes, int at, byte[] insert) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(insert);
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }

    private Mutation folders() throws IOException {
        Path older = root.resolve(OLDER);
        Path newer = root.resolve(NEWER);
        Path stranger = root.resolve("step-00000009" + random.nextInt(10));
        switch (random.nextInt(6)) {
            case 0 -> {
                Files.move(newer, root.resolve("away"));
                Files.move(older, newer);
                Files.move(root.resolve("away"), older);
                return new Mutation("each has the other's name", true);
            }
            case 1 -> {
                Files.move(older, stranger);
                return new Mutation("the older is called newer", true);
            }
            case 2 -> {
                Files.move(newer, stranger);
                return new Mutation("the newer has another number", false);
            }
            case 3 -> {
                Files.createDirectory(stranger);
                return new Mutation("an empty folder is newer", false);
            }
            case 4 -> {
                Files.createSymbolicLink(stranger, Path.of(OLDER));
                return new Mutation("a link to the older is called newer", false);
            }
            default -> {
                Snapshot.delete(newer);
                Files.createSymbolicLink(newer, Path.of(OLDER));
                return new Mutation("the newer is a link to the older", false);
            }
        }
    }

    /** Edits that leave JSON what it is, so that only what it says can give them away. */
    private Mutation manifest() throws IOException {
        Path file = root.resolve(NEWER).resolve(Manifest.FILE);
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        ObjectNode progress = (ObjectNode) json.get("progress");
        ObjectNode files = (ObjectNode) json.get("files");
        String what = edit(json, progress, files);
        String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
        if (what.isEmpty()) {
            what = "JSON of another shape";
            text = shape(text);
        }
        rewrite(file, text.getBytes(StandardCharsets.UTF_8));
        return new Mutation("manifest: " + what, false);
    }

    private String edit(ObjectNode json, ObjectNode progress, ObjectNode files) {
        String name = List.copyOf(files.propertyNames()).get(random.nextInt(files.size()));
        ObjectNode entry = (ObjectNode) files.get(name);
        String number = List.of("step", "epoch", "batch", "stepsPerEpoch").get(random.nextInt(4));
        String text = List.of("dataFingerprint", "randomState").get(random.nextInt(2));
        List<String> outside =
                List.of("../" + OLDER + "/" + name, "/etc/hostname", "..", ".", "", "a/b", "\u0000", "x\ny");
        switch (random.nextInt(16)) {
            case 0 -> progress.put(number, random.nextInt(1000) + 1000L);
            case 1 ->
                progress.put(
                        number, List.of(-1L, Long.MAX_VALUE, Long.MIN_VALUE).get(random.nextInt(3)));
            case 2 -> progress.put(number, 1e300);
            case 3 -> progress.putNull(random.nextBoolean() ? number : text);
            case 4 -> progress.put(text, "0".repeat(1 + random.nextInt(200_000)));
            case 5 -> progress.remove(number);
            case 6 -> json.put("format", List.of(1, 0, -1, 3, Integer.MAX_VALUE).get(random.nextInt(5)));
            case 7 -> json.remove(List.copyOf(json.propertyNames()).get(random.nextInt(json.size())));
            case 8 -> json.putNull(List.copyOf(json.propertyNames()).get(random.nextInt(json.size())));
            case 9 -> files.set(outside.get(random.nextInt(outside.size())), files.remove(name));
            case 10 -> files.set("x".repeat(100_000), entry);
            case 11 -> entry.put("bytes", List.of(-1L, 0L, Long.MAX_VALUE).get(random.nextInt(3)));
            case 12 -> entry.put("sha256", List.of("", "x".repeat(64), "é\n").get(random.nextInt(3)));
            case 13 -> files.remove(name);
            case 14 -> ((ObjectNode) json.get("encoder")).put("arch", "resnet" + random.nextInt(200));
            default -> {
                return "";
            }
        }
        return "a change of " + name + ", " + number + " or " + text;
    }

    private String shape(String text) {
        return switch (random.nextInt(8)) {
            case 0 -> "[".repeat(400_000);
            case 1 -> "{\"format\":" + "[".repeat(1_900) + "]".repeat(1_900) + "}";
            case 2 -> text.replaceFirst("\"step\"", "\"step\" : 7, \"step\"");
            case 3 -> text.replaceFirst("20", "9".repeat(100_000));
            case 4 -> text.replaceFirst("\\{", "{\"" + "k".repeat(300_000) + "\" : 1,");
            case 5 -> "\ufeff" + text;
            case 6 -> text.replace("\n", "");
            default -> "null";
        };
    }

    private static void rewrite(Path file, byte[] bytes) throws IOException {
        Files.delete(file);
        Files.write(file, bytes);
    }
}
