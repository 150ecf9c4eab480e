package org.swav4j.export;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Images that every export is compared on, the same for every network of a size. */
final class FixedImages {
    /** How many there are. */
    static final int COUNT = 4;

    private FixedImages() {}

    /** Colour gradients, waves, noise and half black half white: uint8 RGB [1, size, size, 3]. */
    static Tensor image(int index, int size) {
        SplittableRandom random = new SplittableRandom(index);
        byte[] rgb = new byte[size * size * 3];
        for (int i = 0; i < rgb.length; i++) {
            int channel = i % 3;
            int column = i / 3 % size;
            int row = i / 3 / size;
            double x = (double) column / size;
            double y = (double) row / size;
            rgb[i] = (byte) Math.min(
                    255,
                    256
                            * switch (index) {
                                case 0 -> channel == 0 ? x : channel == 1 ? y : 1 - x;
                                case 1 -> 0.5 + 0.5 * Math.sin(40 * x * y + 2 * channel);
                                case 2 -> random.nextDouble();
                                default -> x + y < 1 ? 0 : 1;
                            });
        }
        Tensor tensor = torch.zeros(new long[] {1, size, size, 3}, new TensorOptions(ScalarType.Byte));
        new BytePointer(tensor.data_ptr()).put(rgb);
        return tensor;
    }
}
