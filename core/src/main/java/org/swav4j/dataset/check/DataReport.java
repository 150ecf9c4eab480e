package org.swav4j.dataset.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a data set holds. The same for any number of threads that looked.
 *
 * @param description the source's own line
 * @param images how many there are, readable or not
 * @param readable how many could be decoded; all further counts are of these unless said otherwise
 * @param bytes encoded bytes of all images that could be read from their place, broken ones too
 * @param formats how many of each format, by the name for people, most frequent first
 * @param sizes empty when nothing could be decoded
 * @param grey how many have no colour: red, green and blue are equal in every pixel
 * @param oneColour how many show nothing: every pixel is equal; most of them are grey as well
 * @param classes every class with its images, readable or not, in the order of labels; empty without classes
 * @param unlabelled images without a class
 * @param duplicates sets of images with the same bytes, in the order of their first images
 * @param broken what could not be decoded, in the source's order
 */
public record DataReport(
        String description,
        int images,
        int readable,
        long bytes,
        Map<String, Integer> formats,
        Optional<SizeReport> sizes,
        int grey,
        int oneColour,
        List<ClassCount> classes,
        int unlabelled,
        List<Duplicates> duplicates,
        List<Broken> broken) {

    /** How many images a class has. */
    public record ClassCount(String name, int images) {}

    /** An image that cannot be decoded, and why. */
    public record Broken(String name, String reason) {}

    /**
     * Images of equal content.
     *
     * @param sha256 of the encoded bytes, in hex
     * @param names at least two, in the source's order
     * @param severalClasses whether not all of them carry the same class
     */
    public record Duplicates(String sha256, List<String> names, boolean severalClasses) {
        /** Takes a copy. */
        public Duplicates {
            names = List.copyOf(names);
        }
    }

    /** Takes copies; the order of {@code formats} is kept. */
    public DataReport {
        formats = Collections.unmodifiableMap(new LinkedHashMap<>(formats));
        classes = List.copyOf(classes);
        duplicates = List.copyOf(duplicates);
        broken = List.copyOf(broken);
    }

    /** How many images could go without losing any content. */
    public int superfluous() {
        return duplicates.stream().mapToInt(d -> d.names().size() - 1).sum();
    }

    /** How many images were broken for each reason, most frequent first. */
    public Map<String, Integer> reasons() {
        return Counts.byFrequency(broken.stream().map(Broken::reason).toList());
    }
}
