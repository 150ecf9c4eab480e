package org.swav4j.augment;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code count} random resized crops of {@code size}×{@code size} pixels, each covering between {@code minScale} and
 * {@code maxScale} of the image's area. Written {@code 2x224@0.14-1}.
 */
public record CropSpec(int count, int size, double minScale, double maxScale) {
    private static final int MAX_COUNT = 256;
    static final int MIN_SIZE = 8;
    static final int MAX_SIZE = 2048;
    private static final Pattern SYNTAX =
            Pattern.compile("(\\d{1,6})x(\\d{1,6})@(\\d*\\.?\\d+|\\d+\\.)-(\\d*\\.?\\d+|\\d+\\.)");

    /** Refuses values out of range, naming the crop, the rule and the value. */
    public CropSpec {
        String written = count + "x" + size + "@" + plain(minScale) + "-" + plain(maxScale);
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException(
                    "'" + written + "': number of crops must satisfy 1 <= count <= " + MAX_COUNT + ", found " + count);
        }
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new IllegalArgumentException("'" + written + "': crop size must satisfy " + MIN_SIZE + " <= size <= "
                    + MAX_SIZE + " pixels, found " + size);
        }
        boolean ordered = minScale > 0 && minScale <= maxScale && maxScale <= 1;
        if (!ordered) {
            throw new IllegalArgumentException("'" + written + "': scale range must satisfy 0 < min <= max <= 1");
        }
    }

    /**
     * Parses a comma-separated list, one element per resolution.
     *
     * @throws IllegalArgumentException with one line that quotes the faulty element and states the rule
     */
    public static List<CropSpec> parseAll(String text) {
        List<CropSpec> specs = new ArrayList<>();
        for (String element : text.split(",", -1)) {
            specs.add(parse(element.strip()));
        }
        return List.copyOf(specs);
    }

    private static CropSpec parse(String element) {
        Matcher m = SYNTAX.matcher(element);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'" + element + "': expected COUNTxSIZE@MIN-MAX, for example 2x224@0.14-1,6x96@0.05-0.14");
        }
        return new CropSpec(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                Double.parseDouble(m.group(3)),
                Double.parseDouble(m.group(4)));
    }

    /** The syntax that {@link #parseAll} reads. */
    @Override
    public String toString() {
        return count + "x" + size + "@" + plain(minScale) + "-" + plain(maxScale);
    }

    private static String plain(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
                : Double.toString(value);
    }
}
