package org.swav4j.dataset.check;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Draws SVG 1.1 that needs nothing else: photographs are embedded as JPEG, letters are the viewer's. */
final class SvgCanvas implements Canvas {
    private static final int QUALITY = 85;

    /** Of common sans-serif fonts, an average letter's width in parts of its size; a little above it for safety. */
    private static final double LETTER_WIDTH = 0.63;

    private final StringBuilder svg = new StringBuilder();

    SvgCanvas(int width, int height) {
        append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%1$d\""
                        + " height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" font-family=\"'DejaVu Sans', Verdana, Arial,"
                        + " sans-serif\">%n",
                width, height);
        fill(0, 0, width, height, 0xFFFFFF);
    }

    @Override
    public void fill(double x, double y, double width, double height, int colour) {
        append(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%06x\"/>%n",
                x, y, width, height, colour);
    }

    @Override
    public void dashedVertical(double x, double from, double to, int colour) {
        append(
                "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$.1f\" y2=\"%3$.1f\" stroke=\"#%4$06x\" stroke-width=\"1\""
                        + " stroke-dasharray=\"4 3\"/>%n",
                x, from, to, colour);
    }

    @Override
    public void text(String text, double x, double baseline, TextStyle style, Anchor anchor, double widest) {
        int letters = (int) Math.max(1, widest / (LETTER_WIDTH * style.size()));
        String fitting = text.length() <= letters ? text : text.substring(0, letters - 1) + "…";
        String position = switch (anchor) {
            case LEFT -> "start";
            case CENTRE -> "middle";
            case RIGHT -> "end";
        };
        append(
                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\"%s fill=\"#%06x\" text-anchor=\"%s\">%s</text>%n",
                x,
                baseline,
                style.size(),
                style.bold() ? " font-weight=\"bold\"" : "",
                style.colour(),
                position,
                escaped(fitting));
    }

    @Override
    public void image(Thumbnail image, double x, double y) {
        append(
                "<image x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" xlink:href=\"data:image/jpeg;base64,%s\">"
                        + "<title>%s</title></image>%n",
                x,
                y,
                image.drawnWidth(),
                image.drawnHeight(),
                Base64.getEncoder().encodeToString(jpeg(image)),
                escaped(image.name()));
    }

    @Override
    public byte[] encoded() {
        return (svg + "</svg>\n").getBytes(StandardCharsets.UTF_8);
    }

    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    /** Names of files may hold anything; XML has no way to write control characters or lone surrogates. */
    private static String escaped(String text) {
        StringBuilder xml = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '"' -> xml.append("&quot;");
                default -> {
                    boolean allowed = c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
                    xml.appendCodePoint(allowed ? c : 0xFFFD);
                }
            }
        });
        return xml.toString();
    }

    private static byte[] jpeg(Thumbnail image) {
        byte[] bgr = new byte[image.rgb().length];
        for (int i = 0; i < bgr.length; i += 3) {
            bgr[i] = image.rgb()[i + 2];
            bgr[i + 1] = image.rgb()[i + 1];
            bgr[i + 2] = image.rgb()[i];
        }
        try (BytePointer pixels = new BytePointer(bgr);
                Mat mat = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, pixels);
                BytePointer jpeg = new BytePointer();
                IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, QUALITY)) {
            if (!opencv_imgcodecs.imencode(".jpg", mat, jpeg, options)) {
                throw new IllegalStateException("OpenCV could not encode a JPEG");
            }
            byte[] bytes = new byte[(int) jpeg.limit()];
            jpeg.get(bytes);
            return bytes;
        }
    }
}
