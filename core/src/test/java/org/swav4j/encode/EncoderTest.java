package org.swav4j.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.opencv.global.opencv_core.CV_16UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_16UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.data.Images;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.LabelledFeatures;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.UnitRows;
import org.swav4j.source.ImageSources;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

class EncoderTest {
    private static final EncoderOptions ONE_THREAD = EncoderOptions.defaults().withThreads(1);

    @TempDir
    private Path folder;

    private Path run;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    @BeforeEach
    void save() {
        run = SavedModel.run(folder.resolve("run"));
    }

    private static byte[] png(int seed) {
        return Images.encoded(".png", 20 + seed % 9, 18 + seed % 4, CV_8UC3, seed);
    }

    @Test
    void vectorsAreTheFeaturesThatEvaluationsMeasure() throws Exception {
        Path images = folder.resolve("images");
        for (int i = 0; i < 6; i++) {
            Path file = images.resolve("class" + i % 2).resolve(i + (i < 3 ? ".jpg" : ".png"));
            Files.createDirectories(file.getParent());
            Files.write(
                    file,
                    i < 3 ? Images.encoded(".jpg", 40, 30, CV_8UC3, i) : Images.encoded(".png", 16, 16, CV_8UC1, i));
        }
        LabelledImages source = ImageSources.open(images);
        try (FrozenEncoder frozen = FrozenEncoder.load(run, Placement.CPU, Precision.FP32);
                LabelledFeatures expected = LabelledFeatures.extract(
                        source, source.classNames(), frozen, FrozenEncoder.view(16), 1, new Quarantine(""));
                Encoder encoder = Encoder.load(run, ONE_THREAD.normalized())) {
            List<Path> files = IntStream.range(0, source.size())
                    .mapToObj(i -> images.resolve(source.name(i)))
                    .toList();
            List<float[]> together = encoder.embedFiles(files);
            try (PointerScope scope = new PointerScope()) {
                Tensor unit = UnitRows.of(expected.features());
                for (int i = 0; i < files.size(); i++) {
                    float[] row = floats(unit.select(0, i));
                    assertThat(together.get(i)).containsExactly(row);
                    assertThat(encoder.embed(files.get(i))).containsExactly(row, within(1e-6f));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Representation.class)
    void everyRepresentationIsTheNetworksOwn(Representation what) throws Exception {
        for (int hidden : new int[] {0, 16}) {
            for (List<Integer> prototypes : List.of(List.of(10), List.of(4, 6))) {
                Path other = folder.resolve(what + "-" + hidden + "-" + prototypes.size());
                try (Swav model = SavedModel.network(hidden, prototypes)) {
                    SavedModel.save(other, model);
                    byte[] file = Images.encoded(".png", 16, 16, CV_8UC3, 5);
                    try (Encoder encoder = Encoder.load(other, ONE_THREAD.withRepresentation(what));
                            PointerScope scope = new PointerScope()) {
                        float[] vector = encoder.embed(file);
                        assertThat(vector).hasSize(encoder.dimensions());
                        assertThat(vector).containsExactly(expected(model, file, what), within(1e-5f));
                    }
                }
            }
        }
    }

    private static float[] expected(Swav model, byte[] png, Representation what) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        byte[] rgb = new byte[3 * 16 * 16];
        for (int i = 0; i < 256; i++) {
            int argb = image.getRGB(i % 16, i / 16);
            rgb[3 * i] = (byte) (argb >> 16);
            rgb[3 * i + 1] = (byte) (argb >> 8);
            rgb[3 * i + 2] = (byte) argb;
        }
        Tensor pixels = torch.zeros(new long[] {1, 16, 16, 3}, new TensorOptions(ScalarType.Byte));
        new BytePointer(pixels.data_ptr()).put(rgb);
        Tensor features = model.features(pixels, Precision.FP32);
        if (what == Representation.TRUNK) {
            return floats(features.view(-1));
        }
        Swav.Output output = model.project(features, Pass.INFERENCE, Precision.FP32);
        if (what == Representation.EMBEDDING) {
            return floats(output.embeddings().view(-1));
        }
        float[] all = new float[0];
        for (Tensor scores : output.scores()) {
            float[] s = floats(scores.view(-1));
            if (what == Representation.CODES) {
                double[] e = IntStream.range(0, s.length)
                        .mapToDouble(k -> Math.exp(s[k] / .1))
                        .toArray();
                double sum = Arrays.stream(e).sum();
                for (int k = 0; k < s.length; k++) {
                    s[k] = (float) (e[k] / sum);
                }
            }
            float[] longer = Arrays.copyOf(all, all.length + s.length);
            System.arraycopy(s, 0, longer, all.length, s.length);
            all = longer;
        }
        return all;
    }

    private static float[] floats(Tensor tensor) {
        double[] values = Tensors.doubles(tensor);
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static IntStream pngTypes() {
        return IntStream.of(CV_8UC3, CV_8UC1, CV_8UC4, CV_16UC1, CV_16UC3);
    }

    @ParameterizedTest
    @MethodSource("pngTypes")
    void anImageInMemoryHasTheVectorOfItsFile(int type) throws Exception {
        byte[] file = Images.encoded(".png", 33, 21, type, 4);
        Path path = Files.write(folder.resolve("a.png"), file);
        BufferedImage image = ImageIO.read(path.toFile());
        try (Encoder encoder = Encoder.load(run, ONE_THREAD)) {
            float[] expected = encoder.embed(file);
            assertThat(encoder.embed(image)).containsExactly(expected);
            assertThat(encoder.embed(path)).containsExactly(expected);
            try (InputStream in = Files.newInputStream(path)) {
                assertThat(encoder.embed(in)).containsExactly(expected);
            }
            assertThat(encoder.embedAll(List.of(image)).get(0)).containsExactly(expected);
            BufferedImage part =
                    new BufferedImage(40, 40, image.getType() == 0 ? BufferedImage.TYPE_INT_RGB : image.getType());
            if (image.getType() != 0) {
                part.getRaster().setRect(3, 4, image.getRaster());
                assertThat(encoder.embed(part.getSubimage(3, 4, 33, 21))).containsExactly(expected);
            }
        }
    }

    @Test
    void whatIsDrawnInAnyKindOfImageIsTheSame() throws Exception {
        try (Encoder encoder = Encoder.load(run, ONE_THREAD)) {
            float[] expected = null;
            for (int type : new int[] {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_INT_ARGB_PRE,
                BufferedImage.TYPE_INT_BGR
            }) {
                BufferedImage image = new BufferedImage(30, 20, type);
                Random random = new Random(1);
                for (int i = 0; i < 600; i++) {
                    image.setRGB(i % 30, i / 30, 0xFF000000 | random.nextInt(1 << 24));
                }
                float[] vector = encoder.embed(image);
                expected = expected == null ? vector : expected;
                assertThat(vector).as("type %d", type).containsExactly(expected);
            }
        }
    }

    @Test
    @Timeout(60)
    void manyThreadsGetWhatOneGets() throws Exception {
        int images = 24;
        ExecutorService callers = Executors.newFixedThreadPool(12);
        try (Encoder encoder = Encoder.load(run, ONE_THREAD.withThreads(2).withMaxBatch(4))) {
            List<float[]> alone = new ArrayList<>();
            for (int i = 0; i < images; i++) {
                alone.add(encoder.embed(png(i)));
            }
            List<Future<float[]>> answers = new ArrayList<>();
            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < images; i++) {
                    byte[] file = png(i);
                    answers.add(callers.submit(() -> encoder.embed(file)));
                }
                answers.add(callers.submit(() -> {
                    byte[] broken = {1, 2, 3};
                    assertThatThrownBy(() -> encoder.embed(broken)).isInstanceOf(UnreadableImageException.class);
                    return null;
                }));
            }
            for (int i = 0; i < answers.size(); i++) {
                int image = i % (images + 1);
                if (image < images) {
                    assertThat(answers.get(i).get()).containsExactly(alone.get(image));
                } else {
                    answers.get(i).get();
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void moreImagesThanABatchComeInOrder() throws Exception {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            files.add(Files.write(folder.resolve(i + ".png"), png(i)));
        }
        try (Encoder encoder = Encoder.load(run, ONE_THREAD.withMaxBatch(4))) {
            List<float[]> all = encoder.embedFiles(files);
            assertThat(all).hasSize(11);
            for (int i = 0; i < 11; i++) {
                assertThat(all.get(i)).containsExactly(encoder.embed(files.get(i)), within(1e-5f));
            }
            assertThat(encoder.embedFiles(List.of())).isEmpty();
        }
    }

    @Test
    void nothingOfItStaysInMemory() throws Exception {
        byte[] file = png(1);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        byte[] broken = Arrays.copyOf(file, 30);
        for (Representation what : Representation.values()) {
            long before = -1;
            for (int round = 0; round < 3; round++) {
                try (Encoder encoder = Encoder.load(run, ONE_THREAD.withRepresentation(what))) {
                    long used = -1;
                    for (int i = 0; i < 20; i++) {
                        encoder.embed(file);
                        encoder.embed(image);
                        assertThatThrownBy(() -> encoder.embed(broken)).isInstanceOf(UnreadableImageException.class);
                        used = i == 0 ? Pointer.totalCount() : used;
                    }
                    assertThat(Pointer.totalCount()).as("after 60 calls").isEqualTo(used);
                }
                if (round > 0) {
                    assertThat(Pointer.totalCount())
                            .as("%s, round %d", what, round)
                            .isEqualTo(before);
                }
                before = Pointer.totalCount();
            }
        }
    }

    @Test
    void bytesThatAreNoImageAreRefusedWithAReason() throws Exception {
        Path file = Files.write(folder.resolve("a.jpg"), new byte[0]);
        byte[] png = png(1);
        try (Encoder encoder = Encoder.load(run, ONE_THREAD)) {
            assertThatExceptionOfType(UnreadableImageException.class)
                    .isThrownBy(() -> encoder.embed("<svg/>".getBytes(StandardCharsets.UTF_8)))
                    .withMessage("not an image: the content is neither JPEG, PNG, WebP, BMP, TIFF nor GIF");
            assertThatExceptionOfType(UnreadableImageException.class)
                    .isThrownBy(() -> encoder.embedFiles(List.of(file)))
                    .withMessage(file + ": the file is empty");
            for (int length = 0; length < png.length; length += 7) {
                byte[] part = Arrays.copyOf(png, length);
                assertThatThrownBy(() -> encoder.embed(part)).isInstanceOf(UnreadableImageException.class);
            }
            assertThatThrownBy(() -> encoder.embed(folder.resolve("none.jpg"))).isInstanceOf(IOException.class);
            assertThat(encoder.embed(png)).as("and it goes on").hasSize(64);
        }
    }

    @Test
    void aModelWithoutItsHeadSaysWhatCanBeHad() {
        Path trunkOnly = folder.resolve("trunk");
        Path noPrototypes = folder.resolve("noprototypes");
        Path checkpoint;
        try (Swav model = SavedModel.network(16, List.of(10));
                StateDict trunk = new StateDict();
                StateDict head = new StateDict()) {
            model.state().forEach((name, tensor) -> {
                if (!name.startsWith("prototypes")) {
                    head.add(name, tensor);
                    if (!name.startsWith("projection_head")) {
                        trunk.add(name, tensor);
                    }
                }
            });
            checkpoint = SavedModel.save(trunkOnly, SavedModel.INFO, trunk);
            SavedModel.save(noPrototypes, SavedModel.INFO, head);
        }
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Encoder.load(trunkOnly, ONE_THREAD.withRepresentation(Representation.SCORES)))
                .withMessage(checkpoint + ": has no projection head, which scores needs; trunk features need none");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Encoder.load(noPrototypes, ONE_THREAD.withRepresentation(Representation.CODES)))
                .withMessageContaining("has no prototypes, which codes needs; trunk features need none");
        Encoder.load(trunkOnly, ONE_THREAD).close();
        Encoder.load(noPrototypes, ONE_THREAD.withRepresentation(Representation.EMBEDDING))
                .close();
    }

    @Test
    void aWrongModelIsNamedAndLeavesNothing() {
        long before = Pointer.totalCount();
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Encoder.load(folder.resolve("nothing")))
                .withMessageContaining("there is no such run or checkpoint");
        Path other = folder.resolve("other");
        try (Swav model = SavedModel.network(16, List.of(10))) {
            SavedModel.save(other, new EncoderInfo("resnet18w0.25", "small", 16), model.state());
        }
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Encoder.load(other))
                .withMessageContaining("'conv1.weight' is [8, 3, 3, 3]; this model needs [16, 3, 3, 3]");
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void onceClosedItSaysSo() {
        Encoder encoder = Encoder.load(run, ONE_THREAD);
        encoder.close();
        encoder.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> encoder.embed(png(1)))
                .withMessage("the encoder is closed");
    }

    @Test
    void anInterruptDoesNotLoseACall() throws Exception {
        try (Encoder encoder = Encoder.load(run, ONE_THREAD)) {
            float[] expected = encoder.embed(png(2));
            Thread.currentThread().interrupt();
            assertThat(encoder.embed(png(2))).containsExactly(expected);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
    }
}
