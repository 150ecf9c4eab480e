package org.swav4j.dataset.check;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.swav4j.data.DataException;

/** Draws a PNG with Java2D, a pixel of a thumbnail a pixel of the picture. Needs fonts on the machine, but no display. */
final class PngCanvas implements Canvas {
    private static final double SCALE = Thumbnail.DENSITY;

    private final BufferedImage image;
    private final Graphics2D graphics;

    /**
     * An empty, white picture.
     *
     * @throws DataException if this Java has no fonts, as on servers without fontconfig
     */
    PngCanvas(int width, int height) {
        image = new BufferedImage(
                (int) Math.ceil(SCALE * width), (int) Math.ceil(SCALE * height), BufferedImage.TYPE_INT_RGB);
        graphics = graphics(image);
        graphics.scale(SCALE, SCALE);
        fill(0, 0, width, height, 0xFFFFFF);
    }

    /** Java finds out about missing fonts with whatever error the missing part leads to. */
    private static Graphics2D graphics(BufferedImage image) {
        try {
            Graphics2D graphics = image.createGraphics();
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
            graphics.getFontMetrics().stringWidth("fonts");
            graphics.drawString("fonts", 0, 12);
            return graphics;
        } catch (RuntimeException | Error e) {
            if (e instanceof OutOfMemoryError memory) {
                throw memory;
            }
            throw new DataException(
                    "--picture: this Java has no fonts to write on a PNG with; give a name that ends in .svg, which needs"
                            + " none, or install fontconfig and a font such as DejaVu",
                    e);
        }
    }

    @Override
    public void fill(double x, double y, double width, double height, int colour) {
        graphics.setColor(new Color(colour));
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void dashedVertical(double x, double from, double to, int colour) {
        graphics.setColor(new Color(colour));
        graphics.setStroke(new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {4, 3}, 0));
        graphics.draw(new Line2D.Double(x, from, x, to));
    }

    @Override
    public void text(String text, double x, double baseline, TextStyle style, Anchor anchor, double widest) {
        graphics.setColor(new Color(style.colour()));
        graphics.setFont(
                new Font(Font.SANS_SERIF, style.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) style.size()));
        FontMetrics metrics = graphics.getFontMetrics();
        String fitting = text;
        for (int letters = text.length() - 1; letters > 0 && metrics.stringWidth(fitting) > widest; letters--) {
            fitting = text.substring(0, letters) + "…";
        }
        double width = metrics.getStringBounds(fitting, graphics).getWidth();
        double left = switch (anchor) {
            case LEFT -> x;
            case CENTRE -> x - width / 2;
            case RIGHT -> x - width;
        };
        graphics.drawString(fitting, (float) left, (float) baseline);
    }

    @Override
    public void image(Thumbnail thumbnail, double x, double y) {
        BufferedImage pixels = new BufferedImage(thumbnail.width(), thumbnail.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = thumbnail.rgb();
        for (int i = 0; i < thumbnail.width() * thumbnail.height(); i++) {
            int value = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
            pixels.setRGB(i % thumbnail.width(), i / thumbnail.width(), value);
        }
        AffineTransform place =
                AffineTransform.getTranslateInstance(Math.round(SCALE * x) / SCALE, Math.round(SCALE * y) / SCALE);
        place.scale(1 / SCALE, 1 / SCALE);
        graphics.drawImage(pixels, place, null);
    }

    @Override
    public byte[] encoded() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
