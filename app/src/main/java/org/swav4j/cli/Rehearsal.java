package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.sample.SampleImages;

/**
 * Uses the program once, in small, so that Java sees which classes it needs: {@code ./swav} makes an archive of them after a
 * build. It also unpacks the native libraries, whole even where an earlier attempt was cut short.
 */
final class Rehearsal {
    private static final long SEED = 31;

    private Rehearsal() {}

    /** Takes the folder to work in, which is new. */
    public static void main(String[] args) throws IOException {
        PrintWriter out = new PrintWriter(System.out, true);
        System.exit(run(Path.of(args[0]), out));
    }

    /** A training of one step and an evaluation in {@code folder}, after some help texts; the result is the worst exit code. */
    static int run(Path folder, PrintWriter out) throws IOException {
        unpackLibtorch();
        Files.createDirectories(folder);
        Path images = folder.resolve("images");
        SampleImages.draw(images, 1, 1, SEED);
        String train = images.resolve("train").toString();
        String test = images.resolve("test").toString();
        int code = Main.run(out, out, "--help");
        code = Math.max(code, Main.run(out, out, "help", "pretrain"));
        code = Math.max(code, Main.run(out, out, "presets", "sample"));
        code = Math.max(code, Main.run(out, out, "info"));
        String training = "--preset sample --prototypes 4 --batch-size 4 --epochs 1 --max-steps 1";
        List<String> words = new ArrayList<>(List.of("pretrain", "--data", train, "--knn-train", train));
        words.addAll(List.of("--knn-test", test, "--out", folder.resolve("run").toString()));
        words.addAll(List.of(training.split(" ")));
        return Math.max(code, Main.run(out, out, words.toArray(String[]::new)));
    }

    /**
     * JavaCPP loads libtorch.so before it looks at the large library behind it. If unpacking that was cut short in an earlier
     * attempt, loading it would crash; looked at first, it is unpacked again.
     */
    private static void unpackLibtorch() throws IOException {
        String name = System.mapLibraryName("torch_cpu");
        Loader.cacheResource(torch.class, "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + name);
    }
}
