package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.ChildJvm;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.GlooRanks;
import org.swav4j.loader.MemoryImages;
import org.swav4j.tensor.StateDict;

/**
 * A whole training by several processes is that of one: the same images in every step and the same crops of them, also where one
 * cannot be read; metrics and checkpoints; a stop. Forty-one images in batches of eight are five steps an epoch; prototypes thaw
 * at step 4, the queue starts at step 5 and is full after step 7.
 */
@Timeout(180)
class PretrainingRanksTest {
    /** Small steps, as large ones magnify rounding within a few. */
    private static final String CALM = "threads=1 base_lr=0.01 final_lr=0.001 start_warmup=0.005 ";

    private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

    @TempDir
    private Path temporary;

    /** What the ranks printed; the first one's run is in {@code name}. */
    private List<String> ranks(String name, int world, String settings, long stop, Path resume)
            throws IOException, InterruptedException {
        int port = GlooRanks.freePort();
        List<Process> processes = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            Path folder = Files.createDirectories(temporary.resolve(name + "-process" + rank + "-" + stop));
            folders.add(folder);
            List<String> arguments = new ArrayList<>(List.of(
                    temporary
                            .resolve(rank == 0 ? name : name + "-" + rank + "-" + stop)
                            .toString(),
                    String.valueOf(port),
                    String.valueOf(rank),
                    String.valueOf(world),
                    settings,
                    String.valueOf(stop)));
            if (resume != null) {
                arguments.add(resume.toString());
            }
            processes.add(ChildJvm.start(folder, JVM, RankProcess.class, arguments.toArray(String[]::new)));
        }
        List<String> printed = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            assertThat(processes.get(rank).waitFor(150, TimeUnit.SECONDS)).isTrue();
            printed.add(Files.readString(folders.get(rank).resolve(ChildJvm.OUT)));
            assertThat(processes.get(rank).exitValue())
                    .as(printed.get(rank) + Files.readString(folders.get(rank).resolve(ChildJvm.ERR)))
                    .isZero();
        }
        return printed;
    }

    private static Checkpoint newest(Path run) throws IOException {
        return Checkpoint.find(run);
    }

    @Test
    void twoProcessesTrainAsOneAndGoOnAsIfNotStopped() throws IOException, InterruptedException {
        TinyTraining one = new TinyTraining(temporary.resolve("one")).with(CALM.strip());
        one.run(new MemoryImages(41, Set.of(7)));
        List<String> whole = ranks("two", 2, CALM.strip(), 0, null);
        requireClose(newest(temporary.resolve("two")), newest(temporary.resolve("one")));
        assertThat(whole.get(1)).as("the other rank is silent").isEqualTo("interrupted false\n");
        List<Double> losses = whole.get(0)
                .lines()
                .filter(line -> line.startsWith("step"))
                .map(line -> Double.valueOf(line.split(" ")[2]))
                .toList();
        assertThat(losses).hasSize(15);
        for (int step = 0; step < 15; step++) {
            assertThat(losses.get(step)).isCloseTo(one.steps().get(step).loss(), within(step < 3 ? 2e-5 : 5e-3));
        }
        List<String> metrics = Files.readAllLines(temporary.resolve("two/metrics.jsonl")).stream()
                .filter(row -> row.contains("loss"))
                .toList();
        assertThat(metrics)
                .hasSize(2)
                .allSatisfy(row -> assertThat(row)
                        .contains("rank_images_per_second_min", "data_wait_share_rank1")
                        .containsPattern("\"slowest_rank\": ?[01],")
                        .containsPattern("\"exchange_share\": ?0\\.[0-9]+"));
        assertThat(Files.list(temporary.resolve("two-1-0"))
                        .filter(file -> Files.isRegularFile(file))
                        .map(file -> file.getFileName().toString()))
                .as("of the others nothing is kept but what they could not read")
                .isSubsetOf("rank1-quarantine.csv");
        assertThat(Files.list(temporary.resolve("two-1-0/checkpoints"))).isEmpty();

        List<String> stopped = ranks("stopped", 2, CALM.strip(), 6, null);
        assertThat(stopped).allSatisfy(out -> assertThat(out).endsWith("interrupted true\n"));
        Path at = newest(temporary.resolve("stopped")).directory();
        assertThat(at).hasFileName("step-000000006");
        ranks("stopped", 2, CALM.strip(), 0, at);
        requireSame(newest(temporary.resolve("stopped")), newest(temporary.resolve("two")));
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "3, batch_size=12 queue_length=24",
        "4, batch_size=8 grad_accum=1",
        "2, batch_size=8 grad_accum=2",
        "2, batch_size=8 checkpoint_activations=true",
        "2, batch_size=8 augment_on=device"
    })
    void severalProcessesTrainAsOne(int world, String settings) throws IOException, InterruptedException {
        new TinyTraining(temporary.resolve("one")).with(CALM + settings).run(new MemoryImages(41, Set.of(7)));
        ranks("several", world, CALM + settings, 0, null);
        requireClose(newest(temporary.resolve("several")), newest(temporary.resolve("one")));
    }

    /** What batch norm has seen is the same on all ranks, or else the first one's model is measured by the first alone. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"2, batch_size=8 knn_every=1", "2, batch_size=8 knn_every=1 syncbn_group=1"})
    void theEncoderIsMeasuredOnTheWay(int world, String settings) throws IOException, InterruptedException {
        List<String> printed = ranks("measured", world, CALM + settings, 0, null);
        List<String> alone = ranks("alone", 1, CALM + settings, 0, null);
        assertThat(accuracies(printed.get(0))).hasSize(3).allMatch(top1 -> top1 > 0.5);
        assertThat(accuracies(printed.get(1))).isEmpty();
        if (!settings.contains("syncbn_group")) {
            assertThat(accuracies(printed.get(0))).isEqualTo(accuracies(alone.get(0)));
        }
    }

    private static List<Double> accuracies(String printed) {
        return printed.lines()
                .filter(line -> line.startsWith("top-1 "))
                .map(line -> Double.valueOf(line.substring(6)))
                .toList();
    }

    /** Also by another number of processes: a checkpoint does not say by how many it was made. */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "1, 2, batch_size=8",
        "2, 1, batch_size=8",
        "2, 4, batch_size=8",
        "4, 2, batch_size=8",
        "2, 3, batch_size=12 queue_length=24",
        "3, 2, batch_size=12 queue_length=24"
    })
    void aCheckpointGoesOnOnAnotherNumberOfProcesses(int before, int after, String settings)
            throws IOException, InterruptedException {
        new TinyTraining(temporary.resolve("one")).with(CALM + settings).run(new MemoryImages(41, Set.of(7)));
        ranks("moved", before, CALM + settings, 7, null);
        Path at = newest(temporary.resolve("moved")).directory();
        assertThat(at).hasFileName("step-000000007");
        ranks("moved", after, CALM + settings, 0, at);
        requireClose(newest(temporary.resolve("moved")), newest(temporary.resolve("one")));
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private interface Comparison {
        void compare(StateDict a, StateDict b);
    }

    private static void both(Checkpoint a, Checkpoint b, Comparison comparison) {
        assertThat(a.progress()).isEqualTo(b.progress());
        assertThat(a.hasQueue()).isTrue();
        try (StateDict model = a.model();
                StateDict otherModel = b.model();
                StateDict queue = a.queue();
                StateDict otherQueue = b.queue();
                StateDict optimizer = a.optimizer();
                StateDict otherOptimizer = b.optimizer();
                StateDict monitor = a.monitor();
                StateDict otherMonitor = b.monitor()) {
            comparison.compare(model, otherModel);
            comparison.compare(queue, otherQueue);
            comparison.compare(optimizer, otherOptimizer);
            comparison.compare(monitor, otherMonitor);
        }
    }

    private static void requireSame(Checkpoint a, Checkpoint b) {
        both(a, b, (left, right) -> assertThat(Tensors.differing(left, right)).isEmpty());
    }

    /** Everything is as it was, but for what rounding comes to in fifteen steps. */
    private static void requireClose(Checkpoint a, Checkpoint b) {
        both(a, b, (left, right) -> {
            assertThat(left.names()).isEqualTo(right.names());
            double off = 0;
            double size = 0;
            try (PointerScope scope = new PointerScope()) {
                for (String name : left.names()) {
                    if (name.equals("collapse_watch")) {
                        continue;
                    }
                    Tensor x = left.get(name).to(ScalarType.Double);
                    Tensor y = right.get(name).to(ScalarType.Double);
                    assertThat(x.shape()).as(name).isEqualTo(y.shape());
                    off += x.sub(y).square().sum().item_double();
                    size += y.square().sum().item_double();
                }
            }
            assertThat(Math.sqrt(off / size))
                    .as(left.names().iterator().next() + " and the others")
                    .isLessThan(0.02);
        });
    }
}
