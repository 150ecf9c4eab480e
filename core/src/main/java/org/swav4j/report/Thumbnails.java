package org.swav4j.report;

import java.io.IOException;
import java.util.Map;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.page.Picture;

/**
 * The pictures of a page, which together stay below a number of bytes: what comes after that is only named. Owns a decoder;
 * not thread-safe.
 */
final class Thumbnails implements AutoCloseable {
    /** Up to this side a picture is shown enlarged, every pixel as a square. */
    private static final int TINY_SIDE = 48;

    private final Map<String, LabelledImages> sources;
    private final int side;
    private final ImageDecoder decoder = new ImageDecoder();
    private long left;
    private int refused;

    /**
     * @param sources images by name
     * @param expected how many pictures will be asked for: the more, the smaller they are
     * @param bytes that all of them may take
     */
    Thumbnails(Map<String, LabelledImages> sources, int expected, long bytes) {
        this.sources = sources;
        this.side = expected <= 640 ? 96 : expected <= 1300 ? 64 : TINY_SIDE;
        this.left = bytes;
    }

    /** How many pictures there was no room for. */
    int refused() {
        return refused;
    }

    /**
     * A picture, or a placeholder that says why there is none.
     *
     * @param source name of the images
     * @param index which of them
     * @param words what it shows, for those who do not see it
     */
    Markup show(String source, int index, String words) {
        LabelledImages images = sources.get(source);
        if (images == null || index < 0 || index >= images.size()) {
            return missing("no such image", words);
        }
        if (left <= 0) {
            refused++;
            return missing("not shown", words);
        }
        String name = Words.shortened(images.name(index), 200);
        Picture picture;
        try {
            picture = Picture.thumbnail(decoder.decode(images.read(index)), side);
        } catch (UnreadableImageException | IOException e) {
            return missing("unreadable", name);
        }
        left -= picture.uri().length();
        boolean tiny = Math.max(picture.width(), picture.height()) <= TINY_SIDE;
        return new Markup()
                .add(
                        "<img class=\"thumb%s\" src=\"%s\" width=\"%d\" height=\"%d\" alt=\"%s\" title=\"%s\"/>",
                        tiny ? " tiny" : "", picture.uri(), picture.width(), picture.height(), words, name);
    }

    private static Markup missing(String reason, String name) {
        return new Markup().add("<span class=\"thumb missing\" title=\"%s\">%s</span>", name, reason);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
