package org.swav4j.report;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.page.Picture;

/** The confusion of many classes as a small picture: neighbouring classes share a pixel where there are more than pixels. */
final class HeatMap {
    private static final int MOST_PIXELS = 256;

    private final List<ConfusedCell> cells;
    private final int classes;

    HeatMap(List<ConfusedCell> cells, int classes) {
        this.cells = cells;
        this.classes = classes;
    }

    /** [side][side] shares of the rows' images, 0 to 1; no opinion is left out. */
    double[][] shares() {
        int side = Math.min(MOST_PIXELS, classes);
        double[][] counts = new double[side][side];
        double[] ofRow = new double[side];
        for (ConfusedCell cell : cells) {
            int row = (int) ((long) cell.right() * side / classes);
            ofRow[row] += cell.count();
            if (cell.said() < classes) {
                counts[row][(int) ((long) cell.said() * side / classes)] += cell.count();
            }
        }
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                counts[row][column] = ofRow[row] == 0 ? 0 : counts[row][column] / ofRow[row];
            }
        }
        return counts;
    }

    Markup html() {
        double[][] shares = shares();
        int side = shares.length;
        byte[] rgb = new byte[3 * side * side];
        for (int i = 0; i < side * side; i++) {
            boolean right = i / side == i % side;
            double depth = Math.sqrt(shares[i / side][i % side]);
            // from near white to the green of what is right and the red of what is wrong
            int[] full = right ? new int[] {0, 110, 80} : new int[] {170, 30, 20};
            for (int channel = 0; channel < 3; channel++) {
                rgb[3 * i + channel] = (byte) Math.rint(248 + depth * (full[channel] - 248));
            }
        }
        try (BytePointer pixels = new BytePointer(rgb);
                Mat image = new Mat(side, side, CV_8UC3, pixels)) {
            Picture picture = Picture.exact(image);
            return new Markup()
                    .add(
                            "<img src=\"%s\" width=\"%d\" height=\"%d\" alt=\"Confusion of %s classes\"/>\n",
                            picture.uri(), side, side, Words.count(classes));
        }
    }
}
