package org.swav4j.cli;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;

/**
 * Where the images that embeddings are of lie now, for pages that show some of them.
 *
 * @param images empty if they cannot be opened
 * @param positions of those that are shown, by name, as far as they are there
 * @param problem why not all can be shown
 */
record IndexedPictures(Optional<LabelledImages> images, Map<String, Integer> positions, Optional<String> problem) {
    /**
     * Opens them.
     *
     * @param location as {@link Places#recorded} noted it; empty if it is not known
     * @param names of those that are shown
     */
    static IndexedPictures open(String location, Collection<String> names) {
        String remedy = "; say where they lie with --data";
        if (location.isEmpty()) {
            return none("Where the images lie is not known, so they are not shown" + remedy);
        }
        LabelledImages images;
        try {
            images = Places.recordedImages(location);
        } catch (DataException | picocli.CommandLine.TypeConversionException e) {
            return none("The images are not shown: " + e.getMessage() + remedy);
        }
        Set<String> wanted = new HashSet<>(names);
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            if (wanted.contains(images.name(i))) {
                positions.putIfAbsent(images.name(i), i);
            }
        }
        Optional<String> problem = wanted.stream()
                .filter(name -> !positions.containsKey(name))
                .sorted()
                .findFirst()
                .map(name -> (wanted.size() - positions.size()) + " of " + wanted.size() + " images are not in "
                        + location + ", such as " + name + remedy);
        return new IndexedPictures(Optional.of(images), positions, problem);
    }

    private static IndexedPictures none(String problem) {
        return new IndexedPictures(Optional.empty(), Map.of(), Optional.of(problem));
    }

    /** Where an image is among {@link #images}; -1 if it is not there. */
    int position(String name) {
        return positions.getOrDefault(name, -1);
    }
}
