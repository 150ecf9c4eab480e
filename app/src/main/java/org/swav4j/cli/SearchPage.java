package org.swav4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Item;
import org.swav4j.report.Section.Mark;
import org.swav4j.search.Hit;
import org.swav4j.search.SearchIndex;
import org.swav4j.search.VectorSet;

/** The page of a search: each image, and what was found for it. */
final class SearchPage {
    private static final String QUERY = "searched for";
    private static final String INDEXED = "indexed";
    private static final int TABLE_ROWS = 1000;

    private final SearchIndex index;
    private final Path file;
    private final QueryImages queries;
    private final List<SearchAnswer> answers;
    private final String how;
    private final IndexedPictures pictures;

    /** @param location where the indexed images lie */
    SearchPage(
            SearchIndex index,
            Path file,
            QueryImages queries,
            List<SearchAnswer> answers,
            String location,
            String how) {
        this.index = index;
        this.file = file;
        this.queries = queries;
        this.answers = answers;
        this.how = how;
        VectorSet vectors = index.vectors();
        List<String> shown = answers.stream()
                .flatMap(a -> Stream.concat(
                        a.hits().stream().map(Hit::row), a.row() < 0 ? Stream.empty() : Stream.of(a.row())))
                .map(vectors::name)
                .toList();
        pictures = IndexedPictures.open(location, shown);
    }

    /** Why not all pictures are shown. */
    Optional<String> problem() {
        return pictures.problem();
    }

    Report report(String command) {
        String subject = answers.size() == 1 ? answers.get(0).name() : answers.size() + " images";
        Report.Builder report = Report.builder("search", "Similar to " + subject)
                .command(command)
                .setting("index", file.toString())
                .setting("indexed images", index.record().vectors())
                .setting("search", how);
        index.record().made().ifPresent(made -> encoder(report, made));
        if (queries.size() > 0) {
            report.data(QUERY, queries);
        }
        pictures.images().ifPresent(images -> report.data(INDEXED, images));
        pictures.problem().ifPresent(report::warning);
        report.section(new Section.Gallery(
                "found",
                "Found",
                "The image that was searched for, and the most similar ones with their cosines, the nearest first."
                        + " Where labels are known, ✓ and ✗ say whether they agree.",
                answers.stream().map(this::row).toList()));
        report.section(new Section.Table(
                "list", "As a list", List.of("path", "label", "cosine", "place", "searched for"), table()));
        return report.build();
    }

    private static void encoder(Report.Builder report, EncoderRecord made) {
        report.setting("encoder", made.model())
                .setting("vectors", made.what() + " of " + made.arch() + ", images of " + made.imageSize() + " px");
    }

    private Section.Row row(SearchAnswer answer) {
        VectorSet vectors = index.vectors();
        String own = answer.row() < 0 ? null : vectors.label(answer.row());
        List<Item> items = new ArrayList<>();
        items.add(
                answer.row() < 0
                        ? new Item(QUERY, answer.query(), QUERY, Mark.NONE)
                        : new Item(
                                INDEXED,
                                pictures.position(answer.name()),
                                own == null ? QUERY : QUERY + ": " + own,
                                Mark.NONE));
        for (Hit hit : answer.hits()) {
            String label = vectors.label(hit.row());
            Mark mark = own == null || label == null ? Mark.NONE : Objects.equals(own, label) ? Mark.RIGHT : Mark.WRONG;
            String caption = String.format(Locale.ROOT, "%s%.3f", label == null ? "" : label + " ", hit.similarity());
            items.add(new Item(INDEXED, pictures.position(vectors.name(hit.row())), caption, mark));
        }
        return new Section.Row(answer.name(), items);
    }

    private List<List<Object>> table() {
        List<List<Object>> rows = new ArrayList<>();
        for (SearchAnswer answer : answers) {
            int place = 0;
            for (Hit hit : answer.hits()) {
                if (rows.size() < TABLE_ROWS) {
                    String label = index.vectors().label(hit.row());
                    rows.add(List.of(
                            index.vectors().name(hit.row()),
                            label == null ? "" : label,
                            String.format(Locale.ROOT, "%.4f", hit.similarity()),
                            ++place,
                            answer.name()));
                }
            }
        }
        return rows;
    }
}
