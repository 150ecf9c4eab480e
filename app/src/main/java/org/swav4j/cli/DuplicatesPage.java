package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Item;
import org.swav4j.report.Section.Mark;
import org.swav4j.search.Duplicates;
import org.swav4j.search.Duplicates.Group;
import org.swav4j.search.Duplicates.Member;
import org.swav4j.search.VectorSet;

/** The page of near-duplicates: a row for each group. */
final class DuplicatesPage {
    /** What a page shows; the CSV has all. */
    private static final int GROUPS = 200;

    private static final int IMAGES_EACH = 24;

    private final Duplicates found;
    private final VectorSet set;
    private final Optional<VectorSet> other;
    private final List<IndexedPictures> pictures = new ArrayList<>();

    /** @param location where the images lie; {@code otherLocation} likewise of the second set */
    DuplicatesPage(Duplicates found, VectorSet set, Optional<VectorSet> other, String location, String otherLocation) {
        this.found = found;
        this.set = set;
        this.other = other;
        pictures.add(IndexedPictures.open(location, names(0)));
        other.ifPresent(o -> pictures.add(IndexedPictures.open(otherLocation, names(1))));
    }

    private List<String> names(int which) {
        return shown().filter(m -> m.image().set() == which)
                .map(m -> of(which).name(m.image().row()))
                .toList();
    }

    private Stream<Member> shown() {
        return found.groups().stream()
                .limit(GROUPS)
                .flatMap(g -> g.members().stream().limit(IMAGES_EACH));
    }

    private VectorSet of(int which) {
        return which == 0 ? set : other.orElseThrow();
    }

    /** Why not all pictures are shown. */
    Optional<String> problem() {
        return pictures.stream().flatMap(p -> p.problem().stream()).findFirst();
    }

    Report report(Path embeddings, Optional<Path> against, double threshold, String command) {
        Report.Builder report = Report.builder(
                        "duplicates",
                        against.map(a -> "Images of " + embeddings + " that are like those of " + a)
                                .orElse("Near-duplicates: " + embeddings))
                .command(command)
                .setting("threshold", threshold)
                .figure(Figure.count("pairs", "pairs", found.pairs()))
                .figure(Figure.count("groups", "groups", found.groups().size()))
                .figure(Figure.count("images", "images in groups", found.first()))
                .figure(Figure.share("share", "of all images", (double) found.first() / set.size()));
        against.ifPresent(a -> report.figure(Figure.count("against", "images of the other set", found.second())));
        for (int which = 0; which < pictures.size(); which++) {
            String name = name(which);
            pictures.get(which).images().ifPresent(images -> report.data(name, images));
            pictures.get(which).problem().ifPresent(report::warning);
        }
        report.section(new Section.Gallery("groups", "Groups", words(against.isPresent()), rows()));
        return report.build();
    }

    private String words(boolean two) {
        int shown = Math.min(GROUPS, found.groups().size());
        String most = found.groups().size() > shown
                ? " The " + shown + " largest of " + found.groups().size() + " groups, and at most " + IMAGES_EACH
                        + " images of each; --csv lists all."
                : " At most " + IMAGES_EACH + " images of each group; --csv lists all.";
        return (two
                        ? "Each group links images of both sets, the first set's before the other's."
                        : "Each group is linked by pairs of similar images, so that two of a group may be less alike.")
                + " Below an image: its label and the cosine with the image it is most like." + most;
    }

    private String name(int which) {
        return other.isEmpty() ? "images" : which == 0 ? "embeddings" : "against";
    }

    private List<Section.Row> rows() {
        List<Section.Row> rows = new ArrayList<>();
        for (int g = 0; g < Math.min(GROUPS, found.groups().size()); g++) {
            Group group = found.groups().get(g);
            List<Item> items =
                    group.members().stream().limit(IMAGES_EACH).map(this::item).toList();
            int size = group.members().size();
            rows.add(new Section.Row("Group " + (g + 1) + ": " + size + " images", items));
        }
        return rows;
    }

    private Item item(Member member) {
        int which = member.image().set();
        VectorSet of = of(which);
        String label = of.label(member.image().row());
        String caption = String.format(
                Locale.ROOT,
                "%s%s%.3f",
                other.isEmpty() ? "" : name(which) + ": ",
                label == null ? "" : label + " ",
                member.similarity());
        return new Item(
                name(which), pictures.get(which).position(of.name(member.image().row())), caption, Mark.NONE);
    }
}
