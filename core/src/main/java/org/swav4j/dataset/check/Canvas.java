package org.swav4j.dataset.check;

/** Something to draw a picture on, in pixels from the upper left corner. Colours are {@code 0xRRGGBB}. */
interface Canvas {
    /** Where a text's given position is. */
    enum Anchor {
        LEFT,
        CENTRE,
        RIGHT
    }

    /** A filled rectangle. */
    void fill(double x, double y, double width, double height, int colour);

    /** A dashed vertical line. */
    void dashedVertical(double x, double from, double to, int colour);

    /** {@code baseline}: where the letters stand. A text wider than {@code widest} pixels is shortened at its end. */
    void text(String text, double x, double baseline, TextStyle style, Anchor anchor, double widest);

    /** The image in its own size. */
    void image(Thumbnail image, double x, double y);

    /** The finished picture, in the format of this canvas. */
    byte[] encoded();

    /** {@code size}: height of the letters' line in pixels. */
    record TextStyle(double size, boolean bold, int colour) {}
}
