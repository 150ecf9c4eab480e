package org.swav4j.augment;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.Augmentation.Fidelity;

/** Every operation against PIL 9.4 and torchvision 0.14 on photographs. Levels are those of 8 bits. */
class GoldenPixelsTest {
    private static final Map<String, Double> TURNS = Map.of("-0.20", -.2, "-0.07", -.07, "+0.10", .1, "+0.20", .2);
    private static final List<String> SIGMAS = List.of("0.10", "0.50", "1.00", "1.37", "2.00");
    private static final List<Transform> BCSH =
            List.of(new Brightness(1.3), new Contrast(.6), new Saturation(1.5), new Hue(.11));
    private static final List<Transform> SHCB =
            List.of(new Saturation(.4), new Hue(-.15), new Contrast(1.4), new Brightness(.8));
    /** Per photograph, in order of name, the rectangles of the sets crop224 and crop96. */
    private static final List<CropBox> LARGE = List.of(
            new CropBox(40, 10, 160, 120),
            new CropBox(0, 0, 200, 200),
            new CropBox(30, 0, 190, 188),
            new CropBox(7, 3, 231, 233),
            new CropBox(5, 20, 170, 230),
            new CropBox(0, 17, 200, 150));

    private static final List<CropBox> SMALL = List.of(
            new CropBox(100, 30, 50, 60),
            new CropBox(60, 50, 90, 70),
            new CropBox(90, 40, 96, 96),
            new CropBox(13, 11, 97, 101),
            new CropBox(50, 100, 100, 80),
            new CropBox(70, 90, 41, 33));

    @Test
    void decode() throws IOException {
        Golden.Difference difference = new Golden.Difference();
        for (Path photograph : Golden.photographs()) {
            try (Mat actual = Golden.decode(photograph);
                    Mat expected = Golden.result(photograph, "decoded")) {
                difference.add(actual, expected);
            }
        }
        difference.isWithin("decode", 0, 0);
    }

    @Test
    void resizedCrop() throws IOException {
        for (int size : new int[] {224, 96}) {
            Golden.Difference difference = new Golden.Difference();
            List<Path> photographs = Golden.photographs();
            try (Resizer resizer = new Resizer(size);
                    Mat actual = new Mat(size, size, CV_8UC3)) {
                for (int i = 0; i < photographs.size(); i++) {
                    try (Mat image = Golden.decode(photographs.get(i));
                            Mat expected = Golden.result(photographs.get(i), "crop" + size)) {
                        resizer.resize(image, (size == 224 ? LARGE : SMALL).get(i), actual);
                        difference.add(actual, expected);
                    }
                }
            }
            difference.isWithin("crop" + size, .01, 1);
        }
    }

    @Test
    void evaluationView() throws IOException {
        Golden.Difference difference = new Golden.Difference();
        EvalTransform transform = new EvalTransform(224);
        try (EvalTransform.Worker worker = transform.newWorker();
                Mat actual = new Mat(224, 224, CV_8UC3)) {
            for (Path photograph : Golden.photographs()) {
                try (Mat image = Golden.decode(photograph);
                        Mat expected = Golden.result(photograph, "eval224")) {
                    worker.apply(image, actual);
                    difference.add(actual, expected);
                }
            }
        }
        difference.isWithin("eval224", .01, 1);
    }

    @Test
    void flip() throws IOException {
        compare("flip96", List.of(new HorizontalFlip()), 0, 0);
    }

    @Test
    void brightness() throws IOException {
        compare("brightness0.3", List.of(new Brightness(.3)), 0, 0);
        compare("brightness1.7", List.of(new Brightness(1.7)), 0, 0);
    }

    @Test
    void contrast() throws IOException {
        compare("contrast0.3", List.of(new Contrast(.3)), 0, 0);
        compare("contrast1.7", List.of(new Contrast(1.7)), 0, 0);
    }

    @Test
    void saturation() throws IOException {
        compare("saturation0.3", List.of(new Saturation(.3)), .001, 1);
        compare("saturation1.7", List.of(new Saturation(1.7)), .001, 1);
    }

    @Test
    void hue() throws IOException {
        Golden.Difference all = new Golden.Difference();
        for (Map.Entry<String, Double> shift : TURNS.entrySet()) {
            add("hue" + shift.getKey(), List.of(new Hue(shift.getValue())), Fidelity.FAST, all);
        }
        all.isWithin("hue", .5, 5);
    }

    @Test
    void exactHueIsPilsToTheBit() throws IOException {
        Golden.Difference all = new Golden.Difference();
        for (Map.Entry<String, Double> shift : TURNS.entrySet()) {
            add("hue" + shift.getKey(), List.of(new Hue(shift.getValue())), Fidelity.EXACT, all);
        }
        all.isWithin("hue", 0, 0);
    }

    @Test
    void exactBlurIsPilsToTheBit() throws IOException {
        Golden.Difference all = new Golden.Difference();
        for (String sigma : SIGMAS) {
            add("blur" + sigma, List.of(new GaussianBlur(Double.parseDouble(sigma))), Fidelity.EXACT, all);
        }
        all.isWithin("blur", 0, 0);
    }

    @Test
    void exactJitterIsClose() throws IOException {
        Golden.Difference all = new Golden.Difference();
        add("jitter_bcsh", BCSH, Fidelity.EXACT, all);
        add("jitter_shcb", SHCB, Fidelity.EXACT, all);
        // a level of saturation, whose greys differ by one here and there, can be several of a hue
        all.isWithin("jitter", .02, 6);
    }

    @Test
    void grayscale() throws IOException {
        compare("gray", List.of(new Grayscale()), .002, 1);
    }

    @Test
    void blur() throws IOException {
        for (String sigma : SIGMAS) {
            compare("blur" + sigma, List.of(new GaussianBlur(Double.parseDouble(sigma))), .37, 12);
        }
    }

    @Test
    void jitterInBothOrders() throws IOException {
        compare("jitter_bcsh", BCSH, .6, 8);
        compare("jitter_shcb", SHCB, .6, 8);
    }

    @Test
    void wholeChain() throws IOException {
        chain(Fidelity.FAST).isWithin("chain224", .53, 8);
        chain(Fidelity.EXACT).isWithin("chain224", .03, 2);
    }

    private static Golden.Difference chain(Fidelity fidelity) throws IOException {
        List<Transform> chain = List.of(
                new HorizontalFlip(),
                new Brightness(.7),
                new Contrast(1.2),
                new Saturation(1.6),
                new Hue(-.05),
                new GaussianBlur(1.2));
        Golden.Difference difference = new Golden.Difference();
        List<Path> photographs = Golden.photographs();
        try (Scratch scratch = new Scratch(224, fidelity);
                Mat actual = new Mat(224, 224, CV_8UC3)) {
            for (int i = 0; i < photographs.size(); i++) {
                try (Mat image = Golden.decode(photographs.get(i));
                        Mat expected = Golden.result(photographs.get(i), "chain224")) {
                    new View(LARGE.get(i), chain).render(image, actual, scratch);
                    difference.add(actual, expected);
                }
            }
        }
        return difference;
    }

    private static void compare(String operation, List<Transform> transforms, double mean, int levels)
            throws IOException {
        Golden.Difference difference = new Golden.Difference();
        add(operation, transforms, Fidelity.FAST, difference);
        difference.isWithin(operation, mean, levels);
    }

    private static void add(
            String operation, List<Transform> transforms, Fidelity fidelity, Golden.Difference difference)
            throws IOException {
        try (Scratch scratch = new Scratch(96, fidelity)) {
            for (Path photograph : Golden.photographs()) {
                try (Mat image = Golden.result(photograph, "crop96");
                        Mat expected = Golden.result(photograph, operation)) {
                    for (Transform transform : transforms) {
                        transform.apply(image, scratch);
                    }
                    difference.add(image, expected);
                }
            }
        }
    }
}
