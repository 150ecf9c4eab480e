package org.swav4j.dataset.pack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What, besides the images, decides the bytes of a packed folder.
 *
 * @param resize how images are made smaller; empty: every image keeps its bytes
 * @param shardBytes no shard is larger, unless a single image is
 * @param shuffleSeed the seed of the images' order; empty: the source's order
 */
public record PackSettings(Optional<Resize> resize, long shardBytes, Optional<Long> shuffleSeed) {

    /**
     * Images with a longer shorter side are decoded, resized and written as JPEG.
     *
     * @param shorterSide pixels
     * @param quality of the JPEG, 1 to 100
     */
    public record Resize(int shorterSide, int quality) {
        /** Refuses what no image can have. */
        public Resize {
            if (shorterSide < 1 || quality < 1 || quality > 100) {
                throw new IllegalArgumentException(
                        "a resize must satisfy shorterSide >= 1 and 1 <= quality <= 100, found " + shorterSide + " and "
                                + quality);
            }
        }
    }

    /** Refuses shards of no size. */
    public PackSettings {
        if (shardBytes < 1) {
            throw new IllegalArgumentException("shardBytes must be at least 1, found " + shardBytes);
        }
    }

    /** Where these settings differ from others, one phrase for each, such as {@code shorter side 256 and not 224}. */
    List<String> differences(PackSettings other) {
        List<String> found = new ArrayList<>();
        difference(found, "shorter side", resize.map(Resize::shorterSide), other.resize.map(Resize::shorterSide));
        if (resize.isPresent() && other.resize.isPresent()) {
            difference(found, "JPEG quality", resize.map(Resize::quality), other.resize.map(Resize::quality));
        }
        difference(found, "shards of at most", Optional.of(shardBytes), Optional.of(other.shardBytes));
        difference(found, "shuffle seed", shuffleSeed, other.shuffleSeed);
        return found;
    }

    private static void difference(List<String> found, String what, Optional<?> mine, Optional<?> other) {
        if (!mine.equals(other)) {
            found.add(what + " " + text(mine) + " and not " + text(other));
        }
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).orElse("none");
    }
}
