package org.swav4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.data.DataException;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.encode.SavedModel;
import org.swav4j.format.FormatException;

class EmbeddingReaderTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static List<String> rows(Path file) throws IOException {
        List<String> rows = new ArrayList<>();
        try (EmbeddingReader reader = EmbeddingReader.open(file)) {
            reader.read((path, label, vector, length) ->
                    rows.add(path + "|" + label + Arrays.toString(Arrays.copyOf(vector, length))));
            assertThat((long) rows.size()).isEqualTo(reader.rows());
        }
        return rows;
    }

    /** Names with quotes and commas, images without a label, halves: the same rows whatever the format. */
    @Test
    void allFormatsAreReadBackAlike() throws Exception {
        EncoderOptions options = EncoderOptions.defaults().withThreads(1).withRepresentation(Representation.EMBEDDING);
        NumberedImages images = new NumberedImages(11, Set.of(3), true);
        try (EncoderNetwork network = EncoderNetwork.load(SavedModel.run(folder.resolve("run")), options)) {
            EncoderRecord record = EncoderRecord.of(network, "/images");
            for (boolean half : new boolean[] {false, true}) {
                List<List<String>> read = new ArrayList<>();
                for (EmbeddingFormat format : EmbeddingFormat.values()) {
                    Path target = folder.resolve(half + format.ending());
                    new Embedding(images, network, half, 4, 1, record.entries())
                            .write(target, EmbedListener.SILENT, () -> false);
                    // by its content, not by its name
                    Path renamed = format == EmbeddingFormat.NPY
                            ? target
                            : Files.move(target, folder.resolve(half + format.name()));
                    read.add(rows(renamed));
                    if (format == EmbeddingFormat.PARQUET) {
                        try (EmbeddingReader reader = EmbeddingReader.open(renamed)) {
                            assertThat(EncoderRecord.parse(reader.about())).contains(record);
                        }
                    }
                }
                assertThat(read.get(0)).hasSize(10).isEqualTo(read.get(1)).isEqualTo(read.get(2));
                assertThat(read.get(0).get(0)).startsWith("a,\"0\" ü.png|null[");
                assertThat(read.get(0).get(2)).startsWith("2.png|dog, \"old\"[");
            }
        }
    }

    private void refused(String name, String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        assertThatThrownBy(() -> rows(file))
                .isInstanceOfAny(DataException.class, FormatException.class)
                .hasMessage(file + message);
    }

    @Test
    void otherFilesAreRefusedByTheirContent() throws Exception {
        String remedy = "; give what 'swav embed' wrote: Parquet, NumPy, or CSV that begins with path,label,v0";
        refused("a.parquet", "", ": is empty" + remedy);
        refused("b.npy", "hello", ": is no file of embeddings" + remedy);
        refused("c.csv", "name,x\n", ": is no file of embeddings" + remedy);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> rows(folder))
                .withMessage(folder + ": is a folder; give a file that 'swav embed' wrote");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> rows(folder.resolve("none")))
                .withMessage(folder.resolve("none") + ": there is no such file");
    }

    @Test
    void damagedTextIsRefusedWithItsLine() throws Exception {
        refused("a.csv", "path,v0,v1\na,1,2\nb,1\n", ": line 3: has 2 fields, and the first line has 3");
        refused("b.csv", "path,v0,v1\na,1,x\n", ": line 2: 'x' is no number");
        refused("c.csv", "path,v0,v1\na,1,2\nb,1,", ": line 3: is not complete; the file was cut off");
        refused("d.csv", "path,v0,v1\n\"a,1,2\n", ": line 2: a quote is not closed");
    }

    @Test
    void anArrayNeedsItsNames() throws Exception {
        Path file = folder.resolve("x.npy");
        org.swav4j.format.NpyFile.write(file, org.swav4j.format.TensorBytes.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> rows(file))
                .withMessage(file + ": the images' names must be beside it, in x.names.csv, which is not there");
        Path names = folder.resolve("x.names.csv");
        Map.of(
                        "path\na\n",
                        ": names 1 images, and x.npy has 2 rows",
                        "path\na\nb\nc\n",
                        ": names more images than the 2 rows of x.npy",
                        "v\na\nb\n",
                        ": must begin with the line 'path' or 'path,label'")
                .forEach((text, message) -> {
                    try {
                        Files.writeString(names, text);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    assertThatExceptionOfType(FormatException.class)
                            .isThrownBy(() -> rows(file))
                            .withMessage(names + message);
                });
        Files.writeString(names, "path\na\nb\n");
        assertThat(rows(file)).containsExactly("a|null[1.0, 2.0]", "b|null[3.0, 4.0]");
    }
}
