package org.swav4j.preview;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.swav4j.augment.CropSpec;

/**
 * Something in a preview that a user should know before training.
 *
 * @param text one sentence or two
 * @param places the crops it is about; may be empty
 */
public record Finding(String text, List<Place> places) {

    /** A crop of the page: the image's and the crop's number, both from 1. */
    public record Place(int image, int crop) {}

    /** Copies the list. */
    public Finding {
        places = List.copyOf(places);
    }

    /** All that is to be said about a preview; empty if nothing is. */
    public static List<Finding> in(Preview preview) {
        List<Finding> findings = new ArrayList<>();
        preview.specs().stream()
                .max(Comparator.comparingInt(CropSpec::size))
                .ifPresent(largest -> smallImages(preview, largest.size(), findings));
        flatCrops(preview, findings);
        unreadable(preview, findings);
        return findings;
    }

    private static void smallImages(Preview preview, int side, List<Finding> findings) {
        List<PreviewImage> small = preview.images().stream()
                .filter(i -> Math.min(i.width(), i.height()) < side)
                .toList();
        if (small.isEmpty()) {
            return;
        }
        double most = small.stream()
                .flatMap(i -> i.crops().stream())
                .filter(c -> c.pixels().width() == side)
                .mapToDouble(PreviewCrop::enlargement)
                .max()
                .orElseThrow();
        PreviewImage example = small.stream()
                .min(Comparator.comparingInt(i -> Math.min(i.width(), i.height())))
                .orElseThrow();
        findings.add(new Finding(
                String.format(
                        Locale.ROOT,
                        "%d of %d images %s smaller than the crops of %d px, such as %s with %d × %d px. Their crops are"
                                + " enlarged, up to ×%.1f; smaller crops would show the network as much in less time.",
                        small.size(),
                        preview.images().size(),
                        small.size() == 1 ? "is" : "are",
                        side,
                        example.name(),
                        example.width(),
                        example.height(),
                        most),
                List.of()));
    }

    private static void flatCrops(Preview preview, List<Finding> findings) {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < preview.images().size(); i++) {
            for (PreviewCrop crop : preview.images().get(i).crops()) {
                if (crop.isFlat()) {
                    places.add(new Place(i + 1, crop.number()));
                }
            }
        }
        if (!places.isEmpty()) {
            findings.add(new Finding(
                    String.format(
                            Locale.ROOT,
                            "%d of %d crops %s nearly flat: the pixels vary by less than %.0f of 255 levels, and say"
                                    + " little about the image. Where that is frequent, larger scales or weaker"
                                    + " colour changes help.",
                            places.size(),
                            preview.images().size() * preview.crops(),
                            places.size() == 1 ? "is" : "are",
                            PreviewCrop.FLAT),
                    places));
        }
    }

    private static void unreadable(Preview preview, List<Finding> findings) {
        int count = preview.unreadable().size();
        if (count > 0) {
            findings.add(new Finding(
                    String.format(
                            Locale.ROOT,
                            "%,d of the %,d images looked at could not be read. Training replaces such images by others"
                                    + " and lists them.",
                            count,
                            count + preview.images().size()),
                    List.of()));
        }
    }
}
