package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.swav4j.source.ZipImagesTest.names;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.UnreadableImageException;

class CifarBinaryTest {
    private static final int PIXELS = 3072;

    @TempDir
    private Path directory;

    @Test
    void everyPixelOfARecordIsDecodedAsItWas() throws IOException, UnreadableImageException {
        byte[] batch = batch(1, 3, 9, 0);
        CifarBinary images = CifarBinary.open(Files.write(directory.resolve("data_batch_1.bin"), batch));
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (int i = 0; i < 3; i++) {
                Mat decoded = decoder.decode(images.read(i));
                assertThat(decoded.rows()).isEqualTo(32);
                assertThat(decoded.cols()).isEqualTo(32);
                byte[] rgb = new byte[PIXELS];
                decoded.data().get(rgb);
                byte[] planes = new byte[PIXELS];
                for (int p = 0; p < PIXELS; p++) {
                    planes[(p % 3) * 1024 + p / 3] = rgb[p];
                }
                assertThat(planes).isEqualTo(Arrays.copyOfRange(batch, i * 3073 + 1, (i + 1) * 3073));
            }
        }
    }

    @Test
    void aFolderGivesTheBatchesToTrainOnAndTheirClassNames() throws IOException {
        Files.write(directory.resolve("data_batch_2.bin"), batch(1, 1, 2));
        Files.write(directory.resolve("data_batch_1.bin"), batch(1, 0, 9, 1));
        Files.write(directory.resolve("test_batch.bin"), batch(1, 5));
        Files.writeString(
                directory.resolve("batches.meta.txt"),
                "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        LabelledImages train = ImageSources.open(directory);
        assertThat(train).isInstanceOf(CifarBinary.class);
        assertThat(names(train))
                .containsExactly(
                        "data_batch_1.bin/00000",
                        "data_batch_1.bin/00001",
                        "data_batch_1.bin/00002",
                        "data_batch_2.bin/00000",
                        "data_batch_2.bin/00001");
        assertThat(classes(train)).isEqualTo("airplane truck automobile automobile bird");
        assertThat(train.description()).isEqualTo(directory + ": 5 images in 4 classes (CIFAR-10)");
        assertThat(train.read(4)).hasSize(3126);
        assertThat(train.fingerprint()).matches("[0-9a-f]{64}");

        LabelledImages test = ImageSources.open(directory.resolve("test_batch.bin"));
        assertThat(names(test)).containsExactly("test_batch.bin/00000");
        assertThat(classes(test)).isEqualTo("dog");
    }

    @Test
    void theClassOfCifar100IsTheFineOne() throws IOException {
        Path train = Files.write(directory.resolve("train.bin"), batch(2, 99, 7));
        assertThat(classes(CifarBinary.open(train))).isEqualTo("99 07");
        Files.writeString(
                directory.resolve("fine_label_names.txt"),
                IntStream.range(0, 100).mapToObj(i -> "name" + (100 + i)).collect(Collectors.joining("\r\n")));
        LabelledImages named = ImageSources.open(directory);
        assertThat(classes(named)).isEqualTo("name199 name107");
        assertThat(named.description()).endsWith("(CIFAR-100)");
    }

    @Test
    void aBatchOfAnotherNameGoesByItsLength() throws IOException {
        Path ten = Files.write(directory.resolve("mine.bin"), batch(1, 1, 2));
        Path hundred = Files.write(directory.resolve("other.bin"), batch(2, 50, 60));
        assertThat(ImageSources.open(ten).description()).endsWith("(CIFAR-10)");
        assertThat(ImageSources.open(hundred).description()).endsWith("(CIFAR-100)");
    }

    @Test
    void saysWhatIsWrongWithABatch() throws IOException {
        Path file = directory.resolve("data_batch_1.bin");
        Files.write(file, Arrays.copyOf(batch(1, 1, 2), 6000));
        refused(file, file + ": 6,000 bytes are not whole records of CIFAR-10, which have 3,073; download it again");
        Files.write(file, batch(1, 1, 10));
        refused(file, file + ": record 1 has label 10, but CIFAR-10 has 10 classes; is it one of its batches?");
        Files.write(file, batch(1, 1, 2));
        Path names = Files.writeString(directory.resolve("batches.meta.txt"), "cat\ndog\n");
        refused(file, names + ": should hold the names of 10 classes, one a line");
        Files.delete(names);
        Files.write(directory.resolve("train.bin"), batch(2, 1));
        refused(directory, directory + ": holds batches of CIFAR-10 and of CIFAR-100; give one of the files");
    }

    @Test
    void aBatchThatIsCutOffOrVanishesFailsToRead() throws IOException {
        Path file = Files.write(directory.resolve("data_batch_1.bin"), batch(1, 1, 2));
        CifarBinary images = CifarBinary.open(file);
        Files.write(file, batch(1, 1));
        assertThat(images.read(0)).hasSize(3126);
        assertThatIOException().isThrownBy(() -> images.read(1)).withMessageContaining("shorter since it was opened");
        Files.delete(file);
        assertThatIOException().isThrownBy(() -> images.read(0));
    }

    private void refused(Path place, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ImageSources.open(place))
                .withMessage(message);
    }

    private static String classes(LabelledImages images) {
        return IntStream.range(0, images.size())
                .mapToObj(i -> images.classNames().get(images.label(i)))
                .collect(Collectors.joining(" "));
    }

    /** Records of noise; the last label byte is the one given. */
    private static byte[] batch(int labelBytes, int... labels) {
        int record = labelBytes + PIXELS;
        byte[] batch = new byte[labels.length * record];
        new Random(labels.length).nextBytes(batch);
        for (int i = 0; i < labels.length; i++) {
            batch[i * record + labelBytes - 1] = (byte) labels[i];
        }
        return batch;
    }
}
