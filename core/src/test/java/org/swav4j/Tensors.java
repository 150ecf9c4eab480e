package org.swav4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/** Tensors from, and to, Java arrays. What is made here belongs to the current scope. */
public final class Tensors {
    private Tensors() {}

    /**
     * Makes libtorch compute on the calling thread alone: small tensors gain nothing from more, and threads of several
     * ranks would spin against each other.
     */
    public static void useOneThread() {
        // a thread's first call into libtorch sets its number of threads to the default, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(1);
    }

    /** float32 of these values. */
    public static Tensor floats(double[] values, long... shape) {
        return Tensor.create(values).to(ScalarType.Float).view(shape);
    }

    /** float32, standard normal, the same for a seed whatever libtorch's generators are at. */
    public static Tensor gaussian(long seed, long... shape) {
        Random random = new Random(seed);
        double[] values = new double[count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return floats(values, shape);
    }

    /** uint8, uniform. */
    public static Tensor pixels(long seed, long... shape) {
        byte[] bytes = new byte[count(shape)];
        new Random(seed).nextBytes(bytes);
        Tensor tensor = torch.zeros(shape, new TensorOptions(ScalarType.Byte));
        new BytePointer(tensor.data_ptr()).put(bytes);
        return tensor;
    }

    private static int count(long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        return Math.toIntExact(count);
    }

    /** The values in C order, whatever the layout in memory. */
    public static double[] doubles(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().cpu().to(ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(plain.numel())];
            new DoublePointer(plain.data_ptr()).get(values);
            return values;
        }
    }

    /** Names whose tensors are not the same bit for bit, or that one side lacks. */
    public static List<String> differing(StateDict a, StateDict b) {
        List<String> names = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            a.forEach((name, tensor) -> {
                if (!b.contains(name) || !tensor.equal(b.get(name))) {
                    names.add(name);
                }
            });
        }
        b.names().stream().filter(name -> !a.contains(name)).forEach(names::add);
        return names;
    }

    /** An independent copy; the caller closes it. */
    public static StateDict copy(StateDict state) {
        StateDict copy = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            state.forEach((name, tensor) -> copy.add(name, tensor.detach().clone()));
        }
        return copy;
    }
}
