package org.swav4j.encode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The pixels of some images of one size, on their way to a network. Owns them until closed. */
final class PixelBlock implements AutoCloseable {
    private final int side;
    private BytePointer bytes = new BytePointer();
    /** Headers over the images' pixels. */
    private List<Mat> places = List.of();

    PixelBlock(int side) {
        this.side = side;
    }

    /** Makes room for so many images; what it held is lost. */
    void ensure(int images) {
        if (places.size() >= images) {
            return;
        }
        close();
        bytes = new BytePointer(images * 3L * side * side);
        places = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            places.add(new Mat(side, side, CV_8UC3, bytes.position(i * 3L * side * side)));
        }
        bytes.position(0);
    }

    /** Where an image goes, uint8 RGB [side, side, 3]; never close it. */
    Mat place(int image) {
        return places.get(image);
    }

    /** The first images, uint8 [N, side, side, 3]; nothing is copied. */
    Tensor tensor(int images) {
        return torch.from_blob(bytes, new long[] {images, side, side, 3}, new TensorOptions(ScalarType.Byte));
    }

    @Override
    public void close() {
        places.forEach(Mat::close);
        places = List.of();
        bytes.close();
    }
}
