package org.swav4j.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.encode.Encoder;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.encode.SavedModel;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.method.Swav;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.tensor.StateDict;

class ClusterEvaluationTest {
    private static final EncoderOptions SCORES =
            EncoderOptions.defaults().withThreads(1).withRepresentation(Representation.SCORES);
    private static final LabelledMemory IMAGES = new LabelledMemory(
            List.of("cat", "dog", "owl"), Set.of(3, 10), 0, 1, 2, 0, 1, -1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2);
    private static final int[] READABLE = {0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18};
    /** Images whose embeddings the model's first five prototypes are; the other five are the opposites, and stay empty. */
    private static final int[] OWN = {0, 4, 8, 12, 16};

    private static final Augmentation NOTHING =
            new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST);

    @TempDir
    private static Path shared;

    private static Path run;
    private static Path twoHeads;

    @TempDir
    private Path folder;

    @BeforeAll
    static void save() throws IOException, UnreadableImageException {
        Tensors.useOneThread();
        run = shared.resolve("run");
        try (Swav model = SavedModel.network(16, List.of(10))) {
            Path before = SavedModel.save(shared.resolve("before"), model);
            try (Encoder encoder = Encoder.load(before, SCORES.withRepresentation(Representation.EMBEDDING));
                    PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                Tensor prototypes = model.state().get("prototypes.weight");
                for (int p = 0; p < OWN.length; p++) {
                    Tensor z = Tensor.create(encoder.embed(IMAGES.read(OWN[p])));
                    prototypes.select(0, p).copy_(z);
                    prototypes.select(0, p + OWN.length).copy_(z.neg());
                }
            }
            SavedModel.save(run, model);
        }
        twoHeads = shared.resolve("two");
        try (Swav model = SavedModel.network(16, List.of(4, 6))) {
            SavedModel.save(twoHeads, model);
        }
    }

    private static Clusters evaluate(
            Path model, LabelledImages images, int head, int sample, MultiCrop views, int workers) {
        try (EncoderNetwork network = EncoderNetwork.load(model, SCORES)) {
            return new ClusterEvaluation(
                            images,
                            network,
                            head,
                            4,
                            workers,
                            5,
                            sample,
                            Optional.ofNullable(views),
                            new Quarantine("memory"))
                    .run(ClusterListener.SILENT);
        }
    }

    private static MultiCrop twice(double minScale, Augmentation augmentation) {
        return new MultiCrop(List.of(new CropSpec(2, 16, minScale, 1)), augmentation);
    }

    @Test
    void eachImageHasThePrototypeOfItsHighestScore() throws Exception {
        for (int head = 0; head < 2; head++) {
            Assignments found = evaluate(twoHeads, IMAGES, head, 0, null, 2).assignments();
            assertThat(found.prototypes()).isEqualTo(head == 0 ? 4 : 6);
            assertThat(found.images()).containsExactly(READABLE);
            int from = head * 4;
            try (Encoder encoder = Encoder.load(twoHeads, SCORES)) {
                for (int i = 0; i < found.size(); i++) {
                    float[] scores = encoder.embed(IMAGES.read(READABLE[i]));
                    double sum = 0;
                    int best = 0;
                    int next = -1;
                    for (int k = 0; k < found.prototypes(); k++) {
                        sum += Math.exp(scores[from + k] / .1);
                        if (scores[from + k] > scores[from + best]) {
                            next = best;
                            best = k;
                        } else if (k > 0 && (next < 0 || scores[from + k] > scores[from + next])) {
                            next = k;
                        }
                    }
                    double first = Math.exp(scores[from + best] / .1) / sum;
                    double second = Math.exp(scores[from + next] / .1) / sum;
                    assertThat(found.first()[i]).isEqualTo(best);
                    assertThat(found.second()[i]).isEqualTo(next);
                    assertThat(found.score()[i]).isCloseTo(scores[from + best], within(1e-5f));
                    assertThat((double) found.confidence()[i]).isCloseTo(first, within(1e-4));
                    assertThat((double) found.margin()[i]).isCloseTo(first - second, within(1e-4));
                }
            }
        }
    }

    @Test
    void anImageThatIsAPrototypeIsNearestToIt() {
        Clusters clusters = evaluate(run, IMAGES, 0, 0, null, 1);
        assertThat(clusters.usage().empty()).containsExactly(5, 6, 7, 8, 9);
        List<List<Integer>> nearest = clusters.assignments().nearest();
        for (int p = 0; p < OWN.length; p++) {
            int position = nearest.get(p).get(0);
            assertThat(READABLE[position]).isEqualTo(OWN[p]);
            assertThat(clusters.assignments().score()[position]).isCloseTo(1, within(1e-5f));
        }
    }

    @Test
    void neitherWorkersNorRepetitionShow() {
        MultiCrop views = twice(.2, Augmentation.SWAV);
        Clusters one = evaluate(run, IMAGES, 0, 9, views, 1);
        Clusters many = evaluate(run, IMAGES, 0, 9, views, 3);
        assertThat(many.stability()).isEqualTo(one.stability());
        assertThat(many.silhouette()).isEqualTo(one.silhouette());
        assertThat(many.assignments().confidence())
                .containsExactly(one.assignments().confidence());
        // 2 of the 19 are broken; of the sample as many as could be read
        assertThat(one.sampled()).isBetween(7, 9);
        // whole batches of 4
        assertThat(one.stability().orElseThrow().images()).isEqualTo(16);
    }

    @Test
    void withoutAugmentationEveryImageKeepsItsPrototype() {
        Stability still =
                evaluate(run, IMAGES, 0, 0, twice(1, NOTHING), 1).stability().orElseThrow();
        assertThat(still.same()).isOne();
        assertThat(still.ami()).isOne();
    }

    @Test
    void labelsThatAreTheClustersAgreeWithThem() {
        int[] first = evaluate(run, IMAGES, 0, 0, null, 1).assignments().first();
        int[] labels = new int[IMAGES.size()];
        for (int i = 0; i < READABLE.length; i++) {
            labels[READABLE[i]] = first[i];
        }
        List<String> names = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        Clusters clusters = evaluate(run, new LabelledMemory(names, Set.of(3, 10), labels), 0, 100, null, 1);
        LabelQuality quality = clusters.labels().orElseThrow();
        assertThat(quality.prototypes().nmi()).isCloseTo(1, within(1e-12));
        assertThat(quality.prototypes().ari()).isOne();
        assertThat(quality.grouped().ari()).isOne();
        assertThat(quality.accuracy()).isOne();
        assertThat(quality.silhouetteOfClasses()).isEqualTo(clusters.silhouette());
        assertThat(quality.silhouetteOfGroups()).isEqualTo(clusters.silhouette());
        for (int prototype : first) {
            assertThat(quality.dominant()[prototype]).isEqualTo(prototype);
            assertThat(quality.dominantShare()[prototype]).isOne();
        }
    }

    @Test
    void theReportNamesEveryPrototypeOnceAndItsNearestImages() {
        Clusters clusters = evaluate(run, IMAGES, 0, 100, null, 1);
        Report.Builder builder = Report.builder("clusters", "Clusters").data(ClusterReport.DATA, IMAGES);
        new ClusterReport(clusters).addTo(builder, 100, 3);
        Report report = builder.build();
        assertThat(report.warnings())
                .containsExactly("1 of 17 images have no label; agreement with labels is of the others");
        assertThat(report.sections())
                .extracting(Section::name)
                .containsExactly("agreement", "unusual", "usage", "fullest", "gallery");
        Section.Gallery gallery = (Section.Gallery) report.sections().stream()
                .filter(Section.Gallery.class::isInstance)
                .findFirst()
                .orElseThrow();
        Usage usage = clusters.usage();
        assertThat(gallery.rows()).hasSize(OWN.length);
        for (int r = 0; r < gallery.rows().size(); r++) {
            int prototype = usage.byFill()[r];
            Section.Row row = gallery.rows().get(r);
            assertThat(row.label()).startsWith("prototype " + prototype + ": " + usage.counts()[prototype] + " image");
            assertThat(row.items()).hasSize(Math.min(3, usage.counts()[prototype]));
            float before = Float.POSITIVE_INFINITY;
            for (Section.Item item : row.items()) {
                int at = Arrays.binarySearch(READABLE, item.image());
                assertThat(clusters.assignments().first()[at]).isEqualTo(prototype);
                assertThat(clusters.assignments().score()[at]).isLessThanOrEqualTo(before);
                before = clusters.assignments().score()[at];
            }
        }
    }

    @Test
    void oneImageAndMorePrototypesThanImages() {
        LabelledMemory one = new LabelledMemory(List.of(), Set.of(), -1);
        Clusters clusters = evaluate(run, one, 0, 2000, twice(.2, Augmentation.SWAV), 2);
        assertThat(clusters.usage().entropy()).isZero();
        assertThat(clusters.usage().overfull()).isEmpty();
        assertThat(clusters.silhouette()).isEmpty();
        assertThat(clusters.labels()).isEmpty();
        assertThat(clusters.stability().orElseThrow().images()).isOne();
        Report.Builder builder = Report.builder("clusters", "Clusters").data(ClusterReport.DATA, one);
        new ClusterReport(clusters).addTo(builder, 40, 8);
        assertThat(builder.build().warnings())
                .containsExactly("10 prototypes for 1 image: at least 9 must be empty; look at more images");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        LabelledMemory broken = new LabelledMemory(List.of(), Set.of(0, 1), -1, -1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> evaluate(run, broken, 0, 9, null, 1))
                .withMessageStartingWith("memory: 2 images: no image could be read; the first: 000.jpg: not an image");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> evaluate(twoHeads, IMAGES, 2, 9, null, 1))
                .withMessageEndingWith("has 2 prototype heads, so there is no number 3");
        Path diverged = folder.resolve("diverged");
        try (Swav model = SavedModel.network(16, List.of(10))) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                model.state().get("prototypes.weight").fill_(new Scalar(Double.NaN));
            }
            SavedModel.save(diverged, model);
        }
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> evaluate(diverged, IMAGES, 0, 9, null, 1))
                .withMessageContaining("gives 000.jpg the score NaN, which is no number");
        Path trunk = folder.resolve("trunk");
        try (Swav model = SavedModel.network(16, List.of(10));
                StateDict without = new StateDict()) {
            model.state().forEach((name, tensor) -> {
                if (!name.startsWith("prototypes")) {
                    without.add(name, tensor);
                }
            });
            SavedModel.save(trunk, SavedModel.INFO, without);
        }
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> evaluate(trunk, IMAGES, 0, 9, null, 1))
                .withMessageContaining("has no prototypes, which scores needs");
    }

    @Test
    void allPrototypesInAFile() throws Exception {
        Clusters clusters = evaluate(run, IMAGES, 0, 0, null, 1);
        Path file = PrototypeFile.beside(folder.resolve("deep/x.parquet"));
        PrototypeFile.write(file, clusters);
        assertThat(file).hasFileName("x.prototypes.csv");
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        assertThat(lines).hasSize(11).startsWith("prototype,images,confidence,nearest,label,share");
        for (int p : clusters.usage().empty()) {
            assertThat(lines.get(p + 1)).isEqualTo(p + ",0,,,,");
        }
        assertThat(lines.stream()
                        .skip(1)
                        .mapToInt(l -> Integer.parseInt(l.split(",", -1)[1]))
                        .sum())
                .isEqualTo(READABLE.length);
    }
}
