package org.swav4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.CropSpec;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.PretrainConfig;

/** Crops as a loader would hand them out, of random pixels. */
final class ReadyCrops {
    private ReadyCrops() {}

    /** Those of one batch of a training. */
    static List<Tensor> of(PretrainConfig config, StateDict owner) {
        return of(config.crops(), config.batchSize(), owner);
    }

    /**
     * The crops of so many images: of each resolution, uint8 [n·B, s, s, 3].
     *
     * @param owner keeps the tensors
     */
    static List<Tensor> of(List<CropSpec> specs, int images, StateDict owner) {
        List<Tensor> crops = new ArrayList<>();
        for (CropSpec crop : specs) {
            long[] shape = {(long) crop.count() * images, crop.size(), crop.size(), 3};
            Tensor pixels = torch.randint(256, shape, new TensorOptions(ScalarType.Byte));
            crops.add(owner.add("crops." + owner.size(), pixels));
        }
        return List.copyOf(crops);
    }
}
