package org.swav4j.dataset.check;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.format.AtomicFile;

/** A data set at a glance: its figures, a histogram of its sizes, and up to 48 of its images, spread evenly over it. */
public final class Picture {
    static final int SHEET = 48;
    static final int THUMBNAIL = 128;

    private final Path file;
    private final boolean svg;

    private Picture(Path file, boolean svg) {
        this.file = file;
        this.svg = svg;
    }

    /**
     * Finds out whether a picture can be drawn and where, before hours are spent on what it shows.
     *
     * @param file ends in {@code .png} or {@code .svg}; an existing file is replaced
     * @throws DataException if it ends otherwise, its folder is missing, or this Java cannot write letters on a PNG
     */
    public static Picture into(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean svg = name.endsWith(".svg");
        if (!svg && !name.endsWith(".png")) {
            throw new DataException("--picture: '" + file + "': must end in .png or .svg");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new DataException("--picture: '" + file + "': there is no folder " + folder);
        }
        Picture picture = new Picture(file, svg);
        picture.canvas(16, 16);
        return picture;
    }

    /** Draws a source of which {@code report} tells, and writes the file as a whole. */
    public void draw(ImageSource source, DataReport report) throws IOException {
        List<Thumbnail> thumbnails = thumbnails(source);
        PictureLayout layout = new PictureLayout(report, thumbnails);
        Canvas canvas = canvas(layout.width(), layout.height());
        layout.drawOn(canvas);
        AtomicFile.write(file, canvas.encoded());
    }

    private Canvas canvas(int width, int height) {
        return svg ? new SvgCanvas(width, height) : new PngCanvas(width, height);
    }

    /** A place whose image is broken takes the next one that is not and does not belong to the place after. */
    private static List<Thumbnail> thumbnails(ImageSource source) throws IOException {
        int places = Math.min(SHEET, source.size());
        List<Thumbnail> thumbnails = new ArrayList<>();
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (int place = 0; place < places; place++) {
                int from = (int) ((long) place * source.size() / places);
                int to = (int) ((place + 1L) * source.size() / places);
                for (int i = from; i < Math.min(to, from + 16); i++) {
                    try {
                        thumbnails.add(Thumbnail.of(
                                source.name(i), decoder.decode(source.read(i)), (int) (Thumbnail.DENSITY * THUMBNAIL)));
                        break;
                    } catch (UnreadableImageException | FileSystemException e) {
                        continue; // the report lists it
                    }
                }
            }
        }
        return thumbnails;
    }
}
