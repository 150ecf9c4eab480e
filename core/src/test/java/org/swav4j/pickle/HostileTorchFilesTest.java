package org.swav4j.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;
import org.swav4j.format.FormatException;
import org.swav4j.pickle.TorchFiles.Entry;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileTorchFilesTest {
    private static final byte[] TENSOR = PickleBytes.pickle()
            .tensor(4, 0, new long[] {4}, new long[] {1})
            .op('.')
            .toBytes();

    @TempDir
    private Path directory;

    @Test
    void whatTheHostileOnesAreMadeFromIsSound() throws IOException {
        byte[] newest = TorchFiles.zip(List.of(
                Entry.of("w/data.pkl", TENSOR),
                Entry.of("w/.format_version", new byte[] {'1'}),
                Entry.of("w/.storage_alignment", new byte[] {'6', '4'}),
                Entry.of("w/byteorder", "little".getBytes(StandardCharsets.US_ASCII)),
                Entry.of("w/data/0", new byte[16]),
                Entry.of("w/version", new byte[] {'3', '\n'}),
                Entry.of("w/.data/serialization_id", new byte[40])));
        for (byte[] bytes : List.of(TorchFiles.legacy(TENSOR, 4), TorchFiles.zip(TENSOR, 16), newest)) {
            try (TorchFile file = TorchFile.open(write(bytes))) {
                assertThat(TorchFileTest.read(file, (PickledTensor) file.root()))
                        .hasSize(16);
            }
        }
    }

    @Test
    void hostilePicklesAreRefusedInBothFormats() throws IOException {
        Map<String, byte[]> hostile = HostilePickles.all();
        assertThat(hostile).hasSizeGreaterThan(300);
        for (Map.Entry<String, byte[]> each : hostile.entrySet()) {
            for (byte[] file : List.of(TorchFiles.legacy(each.getValue(), 4), TorchFiles.zip(each.getValue(), 16))) {
                Path path = write(file);
                assertThatExceptionOfType(FormatException.class)
                        .as(each.getKey())
                        .isThrownBy(() -> TorchFile.open(path).close())
                        .withMessageStartingWith(path + ": ")
                        .satisfies(e -> assertThat(e.getMessage())
                                .hasLineCount(1)
                                .hasSizeLessThan(path.toString().length() + 300)
                                .containsPattern("at byte \\d+|is not in the archive"));
            }
        }
    }

    /** Where a user has objects of any class passed over, none is made for that. */
    @Test
    void whereObjectsArePassedOverHostileOnesAreRefusedOrStandForNothing() throws IOException {
        int read = 0;
        Map<String, byte[]> hostile = HostilePickles.all();
        for (Map.Entry<String, byte[]> each : hostile.entrySet()) {
            for (byte[] bytes : List.of(TorchFiles.legacy(each.getValue(), 4), TorchFiles.zip(each.getValue(), 16))) {
                Path path = write(bytes);
                try (TorchFile file = TorchFile.open(path, true)) {
                    Object value = file.root() instanceof PickledDict dict ? dict.get("state_dict") : file.root();
                    assertThat(value).as(each.getKey()).isInstanceOfAny(PassedOver.class, Global.Passive.class);
                    assertThat(file.passedOver()).as(each.getKey()).hasSize(1);
                    read++;
                } catch (FormatException e) {
                    assertThat(e.getMessage()).startsWith(path + ": ").hasLineCount(1);
                }
            }
        }
        assertThat(read).isBetween(1, hostile.size());
    }

    @Test
    void theMessageNamesWhatItFoundAndWhere() throws IOException {
        byte[] pickle = PickleBytes.pickle()
                .global("posix", "system")
                .op('(')
                .text("id")
                .ops("tR.")
                .toBytes();
        refused(
                TorchFiles.zip(pickle, 16),
                "archive/data.pkl: refused: posix.system at byte 2; only tensors and plain values are read. --skip-objects"
                        + " passes over objects of other classes, and runs nothing either");
        byte[] stack =
                PickleBytes.pickle().stackGlobal("os", "sys\ntem").ops(")R.").toBytes();
        refused(
                TorchFiles.zip(stack, 16),
                "archive/data.pkl: refused: os.sys\\u000atem at byte 21; only tensors and plain values are read."
                        + " --skip-objects passes over objects of other classes, and runs nothing either");
        byte[] built = PickleBytes.pickle().ops("]}b.").toBytes();
        refused(TorchFiles.zip(built, 16), "archive/data.pkl: refused: state given to what has none at byte 4");
        byte[] outside = PickleBytes.pickle()
                .tensor(4, 1, new long[] {2, 2}, new long[] {2, 1})
                .op('.')
                .toBytes();
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TorchFile.open(write(TorchFiles.zip(outside, 16))))
                .withMessageContaining("refused: a tensor outside its storage: 4 elements from 1 of 4 at byte");
    }

    @Test
    void legacyFilesWithOtherPartsAreRefused() throws IOException {
        byte[] keys = PickleBytes.pickle().ops("](").text("0").ops("e.").toBytes();
        byte[] numbers = new byte[24];
        numbers[0] = 4;
        TorchFile.open(write(TorchFiles.legacy(TENSOR, keys, numbers))).close();
        refusedSomewhere(TorchFiles.legacy(TENSOR, keys, numbers, false), "a big-endian machine's numbers");
        refusedSomewhere(TorchFiles.legacy(TENSOR, keys, new byte[25]), "of 0 elements where 4 are expected");
        refusedSomewhere(TorchFiles.legacy(TENSOR, keys, java.util.Arrays.copyOf(numbers, 25)), "1 bytes after");
        refusedSomewhere(TorchFiles.legacy(TENSOR, keys, java.util.Arrays.copyOf(numbers, 23)), "15 bytes are left");
        byte[] none = PickleBytes.pickle().ops("].").toBytes();
        refusedSomewhere(TorchFiles.legacy(TENSOR, none, new byte[0]), "storage '0' is missing");
        byte[] other = PickleBytes.pickle().ops("](").text("1").ops("e.").toBytes();
        refusedSomewhere(TorchFiles.legacy(TENSOR, other, numbers), "a storage that the pickle does not name");
        byte[] twice =
                PickleBytes.pickle().ops("](").text("0").text("0").ops("e.").toBytes();
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(numbers);
        both.writeBytes(numbers);
        refusedSomewhere(TorchFiles.legacy(TENSOR, twice, both.toByteArray()), "a storage that is there twice");
        refusedSomewhere(PickleBytes.pickle().ops("}.").toBytes(), "does not begin with PyTorch's magic number");
        refusedSomewhere("<!DOCTYPE html>".getBytes(StandardCharsets.UTF_8), "is an HTML page");
        refusedSomewhere(new byte[0], "is empty");
        refusedSomewhere(new byte[] {7, 7}, "neither as a zip nor as a pickle");
    }

    @Test
    void archivesThatLieAreRefused() throws IOException {
        Entry pickle = Entry.of("archive/data.pkl", TENSOR);
        Entry numbers = Entry.of("archive/data/0", new byte[16]);
        refusedZip("storage '0' is not in the archive", pickle);
        refusedZip("no checkpoint of PyTorch's: there is no NAME/data.pkl among its 1 entries", numbers);
        refusedZip("is there twice", pickle, numbers, numbers);
        refusedZip("is there twice", pickle, pickle, numbers);
        refusedZip("2 entries NAME/data.pkl", pickle, numbers, Entry.of("b/data.pkl", TENSOR));
        refusedZip("has 12 bytes; its 4 F32 take 16", pickle, Entry.of("archive/data/0", new byte[12]));
        refusedZip("is compressed", pickle, numbers.compressed(8));
        refusedZip("is compressed", pickle.compressed(8), numbers);
        refusedZip("is compressed", pickle, numbers.compressed(99));
        refusedZip("is stored as 16 bytes and said to have 1000000000", pickle, numbers.sized(1_000_000_000, 16));
        refusedZip("lies over another", pickle, numbers.sized(500, 500), Entry.of("archive/x", new byte[600]));
        refusedZip("lies outside the archive", pickle, numbers.sized(1000, 1000));
        refusedZip("lies outside the archive", pickle, numbers.sized(0xFFFFFFFFL, 0xFFFFFFFFL));
        refusedZip(
                "has another name in its header",
                pickle,
                Entry.of("archive/data/1", new byte[16]).named("archive/data/0"));
        refusedZip(
                "its byte order is 'big'",
                Entry.of("archive/byteorder", "big".getBytes(StandardCharsets.US_ASCII)),
                pickle,
                numbers);
        refusedZip("a TorchScript program", pickle, numbers, Entry.of("archive/constants.pkl", new byte[3]));
        for (String name : List.of("/etc/passwd", "archive/../../x", "..", "archive\\data\\0", "C:/x")) {
            refusedZip("which PyTorch's never have", pickle, numbers, Entry.of(name, new byte[3]));
        }
        byte[] sound = TorchFiles.zip(List.of(pickle, numbers));
        byte[] encrypted = sound.clone();
        encrypted[new String(sound, StandardCharsets.ISO_8859_1).lastIndexOf("PK\u0001\u0002") + 8] |= 1;
        refusedSomewhere(encrypted, "'archive/data/0', is encrypted");
        for (int at = sound.length - 22; at < sound.length; at++) {
            if (at < sound.length - 18 || at >= sound.length - 12) {
                byte[] changed = sound.clone();
                changed[at] ^= 0x40;
                refusedSomewhere(changed, "");
            }
        }
    }

    @Test
    void oneEntryUnderTwoNamesIsRefused() throws IOException {
        Entry pickle = Entry.of("archive/data.pkl", TENSOR);
        Entry numbers = Entry.of("archive/data/0", new byte[16]);
        byte[] sound = TorchFiles.zip(List.of(pickle, numbers));
        int second = 30 + "archive/data.pkl".length() + TENSOR.length;
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        entries.write(sound, 0, second + 30 + "archive/data/0".length() + 16);
        refusedSomewhere(
                TorchFiles.withTable(
                        entries, List.of(pickle, numbers, numbers.named("archive/data/1")), List.of(0, second, second)),
                "lies over another");
    }

    @Test
    void damageInNumbersIsFoundWhenTheyAreRead() throws IOException {
        byte[] bytes = TorchFiles.zip(TENSOR, 16);
        int table = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002");
        bytes[table - 1] ^= 1;
        Path path = write(bytes);
        try (TorchFile file = TorchFile.open(path)) {
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> TorchFileTest.read(file, (PickledTensor) file.root()))
                    .withMessageStartingWith(path + ": storage '0' at byte ")
                    .withMessageEndingWith("is damaged: its CRC-32 is not the archive's; copy the file again");
        }
    }

    /** In a heap of 64 MB: whatever a pickle asks for, it runs into a bound before memory or time run out. */
    @Test
    void bombsEndInBoundedMemory() throws IOException, InterruptedException {
        String out = ChildJvm.run(directory, 60, List.of("-Xmx64m", "-Xss512k"), PickleBombs.class)
                .succeeded()
                .out();
        assertThat(out.lines()).hasSize(PickleBombs.all().size()).allMatch(l -> l.contains(": refused"));
    }

    private void refused(byte[] file, String problem) throws IOException {
        Path path = write(file);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TorchFile.open(path).close())
                .withMessage(path + ": " + problem);
    }

    private void refusedZip(String problem, Entry... entries) throws IOException {
        refusedSomewhere(TorchFiles.zip(List.of(entries)), problem);
    }

    private void refusedSomewhere(byte[] file, String problem) throws IOException {
        Path path = write(file);
        assertThatExceptionOfType(FormatException.class)
                .as(problem)
                .isThrownBy(() -> TorchFile.open(path).close())
                .withMessageStartingWith(path + ": ")
                .withMessageContaining(problem);
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("file.pth"), bytes);
    }
}
