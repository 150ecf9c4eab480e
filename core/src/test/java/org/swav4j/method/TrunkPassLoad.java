package org.swav4j.method;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.optim.Gradients;
import org.swav4j.tensor.Precision;

/**
 * Sixteen images forth and back through a ResNet-18, in the ways that save memory and then as it comes; prints the most
 * memory the process has had after each, MB.
 */
final class TrunkPassLoad {
    private static final int IMAGES = 16;
    private static final int SIDE = 64;

    private TrunkPassLoad() {}

    public static void main(String[] arguments) throws IOException {
        ModelConfig config = new ModelConfig(Architecture.parse("resnet18"), Stem.SMALL_STRIDE2, 16, 8, List.of(10));
        try (Swav model = new Swav(config, Placement.CPU, new Alone())) {
            run(model, 4, Keeping.INPUTS);
            System.out.print(peak());
            run(model, 4, Keeping.ALL);
            System.out.print(" " + peak());
            run(model, 1, Keeping.INPUTS);
            System.out.print(" " + peak());
            run(model, 1, Keeping.ALL);
            System.out.println(" " + peak());
        }
    }

    private static void run(Swav model, int parts, Keeping keeping) {
        int share = IMAGES / parts;
        try (PointerScope scope = new PointerScope()) {
            List<MicroBatch> batches = IntStream.range(0, parts)
                    .mapToObj(i -> new MicroBatch(List.of(Tensors.pixels(i, 2L * share, SIDE, SIDE, 3)), share))
                    .toList();
            TrunkPass trunk = new TrunkPass(model, batches, Precision.FP32, keeping);
            model.project(trunk.features(), Pass.TRAINING, Precision.FP32)
                    .embeddings()
                    .sum()
                    .backward();
            trunk.backward();
        }
        Gradients.drop(model.parameters());
    }

    private static long peak() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmHWM:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
    }
}
