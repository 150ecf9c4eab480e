package org.swav4j.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.swav4j.data.Csv;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FlatParquet;
import org.swav4j.format.FlatParquet.Column;
import org.swav4j.format.FlatParquet.Type;
import org.swav4j.format.ParquetTable.RowGroup;

/**
 * Each image's prototype in a file, a row an image in the source's order: {@code path}, {@code label} if the source has classes,
 * {@code prototype}, {@code confidence}, {@code second} and {@code margin}, as {@link Assignments} defines them. An image without a
 * label has none, nor has one a second prototype where there is one prototype only. The file appears whole or not at all.
 */
public enum AssignmentFile {
    /** Lines of text. */
    CSV,
    /** Columns of those types. */
    PARQUET;

    private static final int ROWS_AT_ONCE = 8192;

    /** The kind of a file of that name. */
    public static Optional<AssignmentFile> of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(f ->
                        name.endsWith(f.ending()) && name.length() > f.ending().length())
                .findFirst();
    }

    /** How names of such files end. */
    private String ending() {
        return "." + name().toLowerCase(Locale.ROOT);
    }

    /** All endings, for messages. */
    public static String endings() {
        return Arrays.stream(values()).map(AssignmentFile::ending).collect(Collectors.joining(", "));
    }

    /**
     * Refuses a target that is there, for a check before the work.
     *
     * @throws DataException if it is
     */
    public static void requireNew(Path target) {
        if (Files.exists(target)) {
            throw new DataException(target + ": is there already; delete it, or give another name");
        }
    }

    /**
     * Writes a file, and the folders above it.
     *
     * @param about entries that go into a format with room for them
     */
    public void write(Path target, LabelledImages images, Assignments assignments, Map<String, String> about)
            throws IOException {
        requireNew(target);
        Files.createDirectories(target.toAbsolutePath().getParent());
        AtomicFile.write(target, channel -> {
            if (this == CSV) {
                writeCsv(channel, images, assignments);
            } else {
                writeParquet(channel, images, assignments, about);
            }
        });
    }

    private static List<Column> columns(boolean labelled) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("path", Type.TEXT, false));
        if (labelled) {
            columns.add(new Column("label", Type.TEXT, true));
        }
        columns.add(new Column("prototype", Type.INT, false));
        columns.add(new Column("confidence", Type.FLOAT, false));
        columns.add(new Column("second", Type.INT, true));
        columns.add(new Column("margin", Type.FLOAT, false));
        return columns;
    }

    /** The cells of an image, null where there is none. */
    private static List<Object> row(LabelledImages images, boolean labelled, Assignments a, int i) {
        List<Object> row = new ArrayList<>();
        row.add(images.name(a.images()[i]));
        if (labelled) {
            int label = images.label(a.images()[i]);
            row.add(label < 0 ? null : images.classNames().get(label));
        }
        row.add(a.first()[i]);
        row.add(a.confidence()[i]);
        row.add(a.second()[i] < 0 ? null : (Object) a.second()[i]);
        row.add(a.margin()[i]);
        return row;
    }

    private static void writeCsv(FileChannel channel, LabelledImages images, Assignments assignments)
            throws IOException {
        boolean labelled = !images.classNames().isEmpty();
        StringBuilder lines = new StringBuilder(
                Csv.line(columns(labelled).stream().map(Column::name).toList()));
        for (int i = 0; i < assignments.size(); i++) {
            lines.append(Csv.line(row(images, labelled, assignments, i).stream()
                    .map(cell -> cell == null ? "" : cell.toString())
                    .toList()));
            if ((i + 1) % ROWS_AT_ONCE == 0 || i == assignments.size() - 1) {
                AtomicFile.writeFully(channel, ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
                lines.setLength(0);
            }
        }
    }

    private static void writeParquet(
            FileChannel channel, LabelledImages images, Assignments assignments, Map<String, String> about)
            throws IOException {
        boolean labelled = !images.classNames().isEmpty();
        FlatParquet table = new FlatParquet(columns(labelled));
        AtomicFile.writeFully(channel, ByteBuffer.wrap(FlatParquet.head()));
        List<RowGroup> groups = new ArrayList<>();
        for (int from = 0; from < assignments.size(); from += ROWS_AT_ONCE) {
            List<List<Object>> values = new ArrayList<>();
            table.columns().forEach(column -> values.add(new ArrayList<>()));
            for (int i = from; i < Math.min(assignments.size(), from + ROWS_AT_ONCE); i++) {
                List<Object> row = row(images, labelled, assignments, i);
                for (int c = 0; c < row.size(); c++) {
                    values.get(c).add(row.get(c));
                }
            }
            groups.add(table.append(channel, channel.position(), List.copyOf(values)));
        }
        AtomicFile.writeFully(
                channel, ByteBuffer.wrap(table.foot(groups, about, about.getOrDefault("writer", "swav4j"))));
    }
}
