package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.eval.LabelledMemory;

class AssignmentFileTest {
    private static final LabelledMemory IMAGES =
            new LabelledMemory(List.of("cat", "dog, \"old\""), Set.of(), 1, 0, -1, 0);
    private static final Assignments THREE = new Assignments(
            8,
            new int[] {0, 2, 3},
            new int[] {7, 0, 3},
            new int[] {1, 2, 4},
            new float[] {.5f, .25f, .75f},
            new float[] {.875f, .5f, .75f},
            new float[] {.75f, .125f, .5f});

    @TempDir
    private Path folder;

    @Test
    void lines() throws Exception {
        Path file = folder.resolve("new/x.CSV");
        AssignmentFile.of(file).orElseThrow().write(file, IMAGES, THREE, Map.of());
        assertThat(file).hasContent("""
                        path,label,prototype,confidence,second,margin
                        000.jpg,"dog, ""old""\",7,0.875,1,0.75
                        002.jpg,,0,0.5,2,0.125
                        003.jpg,cat,3,0.75,4,0.5
                        """);
    }

    @Test
    void withoutClassesAndWithASinglePrototype() throws Exception {
        Assignments one = new Assignments(
                1, new int[] {0}, new int[] {0}, new int[] {-1}, new float[] {1}, new float[] {1}, new float[] {1});
        LabelledMemory plain = new LabelledMemory(List.of(), Set.of(), -1);
        Path csv = folder.resolve("x.csv");
        AssignmentFile.CSV.write(csv, plain, one, Map.of());
        assertThat(csv).hasContent("path,prototype,confidence,second,margin\n000.jpg,0,1.0,,1.0\n");
        Path parquet = folder.resolve("x.parquet");
        AssignmentFile.PARQUET.write(parquet, plain, one, Map.of());
        Group row = rows(parquet).get(0);
        assertThat(row.getType().getFields()).extracting(f -> f.getName()).doesNotContain("label");
        assertThat(row.getFieldRepetitionCount("second")).isZero();
    }

    @Test
    void otherProgramsReadParquet() throws Exception {
        Path file = folder.resolve("x.parquet");
        AssignmentFile.PARQUET.write(file, IMAGES, THREE, Map.of("writer", "swav4j version 0", "k", "v"));
        List<Group> rows = rows(file);
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).getType().toString().lines().map(String::strip))
                .contains(
                        "required binary path (STRING);",
                        "optional binary label (STRING);",
                        "required int32 prototype;",
                        "required float confidence;",
                        "optional int32 second;",
                        "required float margin;");
        for (int i = 0; i < 3; i++) {
            Group row = rows.get(i);
            assertThat(row.getString("path", 0)).isEqualTo(IMAGES.name(THREE.images()[i]));
            assertThat(row.getFieldRepetitionCount("label")).isEqualTo(i == 1 ? 0 : 1);
            assertThat(row.getInteger("prototype", 0)).isEqualTo(THREE.first()[i]);
            assertThat(row.getInteger("second", 0)).isEqualTo(THREE.second()[i]);
            assertThat(row.getFloat("confidence", 0)).isEqualTo(THREE.confidence()[i]);
            assertThat(row.getFloat("margin", 0)).isEqualTo(THREE.margin()[i]);
        }
        assertThat(rows.get(0).getString("label", 0)).isEqualTo("dog, \"old\"");
    }

    @Test
    void severalRowGroups() throws Exception {
        int n = 20_000;
        int[] zeros = new int[n];
        int[] ascending = new int[n];
        Arrays.setAll(ascending, i -> i);
        float[] values = new float[n];
        Assignments many = new Assignments(n, zeros, ascending, ascending, values, values, values);
        Path file = folder.resolve("x.parquet");
        AssignmentFile.PARQUET.write(file, IMAGES, many, Map.of());
        List<Group> rows = rows(file);
        assertThat(rows).hasSize(n);
        for (int i = 0; i < n; i += 777) {
            assertThat(rows.get(i).getInteger("prototype", 0)).isEqualTo(i);
        }
        Path csv = folder.resolve("x.csv");
        AssignmentFile.CSV.write(csv, IMAGES, many, Map.of());
        assertThat(Files.readAllLines(csv)).hasSize(n + 1);
    }

    @Test
    void aFileThatIsThereStaysAndAFailureLeavesNothing() throws Exception {
        Path there = Files.writeString(folder.resolve("x.csv"), "mine");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> AssignmentFile.CSV.write(there, IMAGES, THREE, Map.of()))
                .withMessage(there + ": is there already; delete it, or give another name");
        assertThat(there).hasContent("mine");
        Assignments wrong = new Assignments(
                8, new int[] {99}, new int[] {0}, new int[] {1}, new float[1], new float[1], new float[1]);
        Path never = folder.resolve("y.parquet");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> AssignmentFile.PARQUET.write(never, IMAGES, wrong, Map.of()));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(there);
        }
        assertThat(AssignmentFile.of(Path.of("x.npy"))).isEmpty();
        assertThat(AssignmentFile.of(Path.of(".csv"))).isEmpty();
    }

    private static List<Group> rows(Path file) throws Exception {
        List<Group> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = new ParquetReader.Builder<Group>(new LocalInputFile(file)) {
            @Override
            protected ReadSupport<Group> getReadSupport() {
                return new GroupReadSupport();
            }
        }.build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }
}
