package org.swav4j.augment;

import org.bytedeco.opencv.opencv_core.Mat;

/** Says where crops go. */
@FunctionalInterface
public interface CropSink {

    /**
     * The place of one crop: an 8-bit RGB image of the resolution's size, which stays the caller's.
     *
     * @param resolution index into {@link MultiCrop#crops()}
     * @param crop 0 up to that resolution's count
     */
    Mat destination(int resolution, int crop);
}
