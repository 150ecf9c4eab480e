package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageDecoder;

/** The seven data sets' real file layouts, with few images. */
class LayoutsTest {
    @TempDir
    private Path folder;

    @Test
    void cifar10() throws Exception {
        Packed packed = new Packed();
        // the batches come in the real archive's order, names in the middle
        packed.with("cifar-10-batches-bin/data_batch_4.bin", cifar(new int[] {1}, 40));
        packed.with("cifar-10-batches-bin/readme.html", "<html>");
        packed.with("cifar-10-batches-bin/test_batch.bin", cifar(new int[] {1, 0}, 50));
        packed.with("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\n\n");
        packed.with("cifar-10-batches-bin/data_batch_1.bin", cifar(new int[] {0, 1}, 10));
        Path out = unpack(CifarLayout.cifar10(), Map.of("cifar-10-binary.tar.gz", packed.tarGz()), 5);
        assertThat(files(out))
                .containsExactly(
                        "test/airplane/00001.png",
                        "test/automobile/00000.png",
                        "train/airplane/00000.png",
                        "train/automobile/00001.png",
                        "train/automobile/30000.png");
        assertThat(pixel(out.resolve("train/airplane/00000.png"), 3, 2)).containsExactly(10 + 3, 20 + 2, 30);
        assertThat(pixel(out.resolve("train/automobile/30000.png"), 3, 2)).containsExactly(40 + 3, 50 + 2, 60);
    }

    @Test
    void cifar100TakesTheFineLabelAndRefusesOthersThanNamed() throws Exception {
        Packed packed = new Packed()
                .with("cifar-100-binary/coarse_label_names.txt", "fish\n")
                .with("cifar-100-binary/fine_label_names.txt", "apple\naquarium_fish\n")
                .with("cifar-100-binary/test.bin", cifar(new int[] {0x0001}, 10, 2))
                .with("cifar-100-binary/train.bin", cifar(new int[] {0x0701, 0x0300}, 10, 2));
        Path out = unpack(CifarLayout.cifar100(), Map.of("cifar-100-binary.tar.gz", packed.tarGz()), 3);
        assertThat(files(out))
                .containsExactly(
                        "test/aquarium_fish/00000.png", "train/apple/00001.png", "train/aquarium_fish/00000.png");

        packed.with("cifar-100-binary/train.bin", cifar(new int[] {0x0102}, 10, 2));
        assertThatThrownBy(() -> unpack(CifarLayout.cifar100(), Map.of("cifar-100-binary.tar.gz", packed.tarGz()), 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("record 0 has label 2 of 2");
        packed.with("cifar-100-binary/train.bin", new byte[3073]);
        assertThatThrownBy(() -> unpack(CifarLayout.cifar100(), Map.of("cifar-100-binary.tar.gz", packed.tarGz()), 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("ends early");
    }

    @Test
    void stl10ReadsColumnsFirstAndLabelsThatComeLater() throws Exception {
        Packed packed = new Packed()
                .with("stl10_binary/test_X.bin", stl(1))
                .with("stl10_binary/test_y.bin", new byte[] {2})
                .with("stl10_binary/train_X.bin", stl(2))
                .with("stl10_binary/train_y.bin", new byte[] {1, 2})
                .with("stl10_binary/unlabeled_X.bin", stl(3))
                .with("stl10_binary/class_names.txt", "airplane\nbird\n")
                .with("stl10_binary/fold_indices.txt", "0 1\n");
        Path out = unpack(new StlLayout(), Map.of(StlLayout.ARCHIVE, packed.tarGz()), 6);
        assertThat(files(out))
                .containsExactly(
                        "fold_indices.txt",
                        "test/bird/00000.png",
                        "train/airplane/00000.png",
                        "train/bird/00001.png",
                        "unlabeled/000000.png",
                        "unlabeled/000001.png",
                        "unlabeled/000002.png");
        assertThat(pixel(out.resolve("unlabeled/000002.png"), 90, 7)).containsExactly(90, 7, 2);

        packed.with("stl10_binary/train_y.bin", new byte[] {1});
        assertThatThrownBy(() -> unpack(new StlLayout(), Map.of(StlLayout.ARCHIVE, packed.tarGz()), 6))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("image 1 of train has no label from 1 to 2");
    }

    @Test
    void eurosat() throws Exception {
        byte[] zip = new Packed()
                .with("2750/AnnualCrop/AnnualCrop_1.jpg", "a")
                .with("2750/SeaLake/SeaLake_27.jpg", "b")
                .zip();
        Path out = unpack(real("eurosat"), Map.of("EuroSAT.zip", zip), 2);
        assertThat(files(out)).containsExactly("all/AnnualCrop/AnnualCrop_1.jpg", "all/SeaLake/SeaLake_27.jpg");
    }

    @Test
    void imagenette() throws Exception {
        byte[] tar = new Packed()
                .with("imagenette2-320/noisy_imagenette.csv", "path")
                .with("imagenette2-320/.DS_Store", "x")
                .with("imagenette2-320/train/n01440764/._ILSVRC2012_val_00000293.JPEG", "x")
                .with("imagenette2-320/train/n01440764/ILSVRC2012_val_00000293.JPEG", "a")
                .with("imagenette2-320/val/n03888257/n03888257_1030.JPEG", "b")
                .tarGz();
        Path out = unpack(real("imagenette"), Map.of("imagenette2-320.tgz", tar), 2);
        assertThat(files(out))
                .containsExactly("train/n01440764/ILSVRC2012_val_00000293.JPEG", "val/n03888257/n03888257_1030.JPEG");
    }

    @Test
    void flowers102() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                FlowersLayout.LABELS,
                mat().row("labels", true, false, 77, 102, 3, 1).bytes());
        files.put(
                FlowersLayout.SPLITS,
                mat().row("trnid", true, false, 2)
                        .row("valid", true, false, 4)
                        .row("tstid", true, false, 1, 3)
                        .bytes());
        files.put(
                FlowersLayout.IMAGES,
                new Packed()
                        .with("jpg/image_00001.jpg", "a")
                        .with("jpg/image_00002.jpg", "b")
                        .with("jpg/image_00003.jpg", "c")
                        .with("jpg/image_00004.jpg", "d")
                        .tarGz());
        Path out = unpack(new FlowersLayout(), files, 4);
        assertThat(files(out))
                .containsExactly(
                        "test/003/image_00003.jpg",
                        "test/077/image_00001.jpg",
                        "train/102/image_00002.jpg",
                        "val/001/image_00004.jpg");

        files.put(
                FlowersLayout.IMAGES,
                new Packed().with("jpg/image_00001.jpg", "a").tarGz());
        assertThatThrownBy(() -> unpack(new FlowersLayout(), files, 4))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("3 images of the splits are missing");
    }

    @Test
    void pets() throws Exception {
        byte[] lists = new Packed()
                .with("annotations/README", "x")
                .with("annotations/trimaps/._Abyssinian_1.png", "x")
                .with("annotations/list.txt", "#Image CLASS-ID SPECIES BREED ID\n")
                .with("annotations/trainval.txt", "Abyssinian_100 1 1 1\namerican_bulldog_7 2 2 1\n")
                .with("annotations/test.txt", "Abyssinian_201 1 1 1\n")
                .tarGz();
        Packed images = new Packed()
                .with("images/Abyssinian_100.jpg", "a")
                .with("images/Abyssinian_100.mat", "not an image")
                .with("images/Abyssinian_34.jpg", "in no list")
                .with("images/Abyssinian_201.jpg", "b")
                .with("images/american_bulldog_7.jpg", "c");
        Map<String, byte[]> files = Map.of(PetsLayout.IMAGES, images.tarGz(), PetsLayout.ANNOTATIONS, lists);
        Path out = unpack(new PetsLayout(), files, 3);
        assertThat(files(out))
                .containsExactly(
                        "test/Abyssinian/Abyssinian_201.jpg",
                        "train/Abyssinian/Abyssinian_100.jpg",
                        "train/american_bulldog/american_bulldog_7.jpg");
    }

    @Test
    void aListThatNamesWhatLeadsOutIsRefused() {
        byte[] lists = new Packed()
                .with("annotations/trainval.txt", "../../cat_1 1 1 1\n")
                .with("annotations/test.txt", "")
                .tarGz();
        byte[] images = new Packed().with("images/../../cat_1.jpg", "a").tarGz();
        assertThatThrownBy(() ->
                        unpack(new PetsLayout(), Map.of(PetsLayout.IMAGES, images, PetsLayout.ANNOTATIONS, lists), 1))
                .isInstanceOf(DataException.class);
    }

    private static Layout real(String name) {
        return Catalogue.find(name).orElseThrow().layout();
    }

    private static MatBytes mat() {
        return new MatBytes(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] cifar(int[] labels, int red) {
        return cifar(labels, red, 1);
    }

    /** Red grows to the right, green downwards, blue is the same everywhere. */
    private static byte[] cifar(int[] labels, int red, int labelBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int label : labels) {
            if (labelBytes == 2) {
                out.write(label >> 8);
            }
            out.write(label);
            for (int i = 0; i < 3 * 1024; i++) {
                int x = i % 32;
                int y = i % 1024 / 32;
                out.write(i < 1024 ? red + x : i < 2048 ? red + 10 + y : red + 20);
            }
        }
        return out.toByteArray();
    }

    /** Red is x, green y, blue the image's number; columns first. */
    private static byte[] stl(int images) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int image = 0; image < images; image++) {
            for (int plane = 0; plane < 3; plane++) {
                for (int x = 0; x < 96; x++) {
                    for (int y = 0; y < 96; y++) {
                        out.write(plane == 0 ? x : plane == 1 ? y : image);
                    }
                }
            }
        }
        return out.toByteArray();
    }

    private static int[] pixel(Path file, int x, int y) throws Exception {
        try (ImageDecoder decoder = new ImageDecoder()) {
            Mat image = decoder.decode(Files.readAllBytes(file));
            try (BytePointer at = image.ptr(y, x)) {
                return new int[] {at.get(0) & 255, at.get(1) & 255, at.get(2) & 255};
            }
        }
    }

    private Path unpack(Layout layout, Map<String, byte[]> contents, int images) throws IOException {
        Path downloads = Files.createTempDirectory(folder, "files");
        Path out = Files.createTempDirectory(folder, "out");
        Map<String, Path> files = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            files.put(file.getKey(), Files.write(downloads.resolve(file.getKey()), file.getValue()));
        }
        Output output = new Output(out, 10_000_000, n -> {});
        layout.unpack(files, output);
        assertThat(output.images()).isEqualTo(images);
        return out;
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(Files::isRegularFile)
                    .map(f -> root.relativize(f).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }
}
