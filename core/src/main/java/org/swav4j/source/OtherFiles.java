package org.swav4j.source;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts files that are no images, to say what was found instead. */
final class OtherFiles {
    private final Map<String, Integer> byExtension = new TreeMap<>();
    private int count;

    /** {@code extension} as {@link ImageFiles#extension} gives it. */
    void add(String extension) {
        count++;
        byExtension.merge(extension.isEmpty() ? "no extension" : "." + extension, 1, Integer::sum);
    }

    /** Why there is no image; {@code place} is what holds the files, such as "folder". */
    String insteadOfImages(String place, int unreadable) {
        String readable = unreadable == 0 ? "" : "; " + unreadable + " entries could not be read";
        if (count == 0) {
            return "the " + place + " is empty" + readable;
        }
        String kinds = byExtension.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(4)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%,d file%s, none an image (%s%s); images are .jpg, .png, .webp, .bmp, .tif or .gif%s",
                count,
                count == 1 ? "" : "s",
                kinds,
                byExtension.size() > 4 ? ", ..." : "",
                readable);
    }
}
