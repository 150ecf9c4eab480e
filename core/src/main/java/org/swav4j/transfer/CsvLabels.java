package org.swav4j.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.swav4j.data.DataException;
import org.swav4j.source.CsvRecords;

/**
 * A CSV file that says what images show, in one of two forms that its header tells apart.
 *
 * <ul>
 *   <li>{@code path,labels}: the classes that an image shows, separated by {@code ;}. It shows no others; one with a
 *       {@code ?} before it is not counted for that image.
 *   <li>{@code path,CLASS,CLASS,...}: a column per class with 1 (shown), 0 (not shown) or nothing (not counted).
 * </ul>
 */
public final class CsvLabels {
    private static final String PATH = "path";
    private static final String LABELS = "labels";
    private static final String UNCOUNTED = "?";

    private final Path file;
    private final Path folder;
    private final List<String> expected;
    private final List<MultiLabelImages.Entry> entries = new ArrayList<>();
    private final Map<String, Integer> lineOf = new HashMap<>();

    private CsvLabels(Path file, Path folder, List<String> expected) {
        this.file = file;
        this.folder = folder;
        this.expected = expected;
    }

    /**
     * The images of a file, in its order.
     *
     * @param folder that paths are relative to
     * @param expected the classes that may occur, in the order of their numbers; empty for those that occur
     * @throws DataException naming the file and line, if a line is not of the format or an image is missing
     */
    public static MultiLabelImages open(Path file, Path folder, List<String> expected) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + (Files.exists(file) ? ": is no file" : ": there is no such file"));
        }
        try (CsvRecords records = CsvRecords.open(file)) {
            return new CsvLabels(file, folder, expected).read(records);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private MultiLabelImages read(CsvRecords records) throws IOException {
        List<String> header = records.next();
        if (header == null) {
            throw new DataException(file + ": is empty; its first line must be path,labels or path,CLASS,CLASS,...");
        }
        header = header.stream().map(String::strip).toList();
        if (!header.get(0).equalsIgnoreCase(PATH) || header.size() < 2) {
            throw LabelFile.error(
                    file,
                    records.line(),
                    "the first line must be path,labels or path,CLASS,CLASS,..., found '" + String.join(",", header)
                            + "'");
        }
        boolean list = header.size() == 2 && header.get(1).equalsIgnoreCase(LABELS);
        List<String> classNames = list ? readLists(records) : readColumns(records, header);
        if (entries.isEmpty()) {
            throw new DataException(file + ": lists no images below its header");
        }
        return new MultiLabelImages(file.toString(), classNames, entries);
    }

    private List<String> readColumns(CsvRecords records, List<String> header) throws IOException {
        List<String> columns = header.subList(1, header.size());
        requireClasses(columns, records.line());
        List<String> classNames = expected.isEmpty() ? columns : expected;
        int[] classOf = columns.stream().mapToInt(classNames::indexOf).toArray();
        for (List<String> record = records.next(); record != null; record = records.next()) {
            requireFields(record, header.size(), records.line());
            byte[] marks = new byte[classNames.size()];
            for (int c = 0; c < columns.size(); c++) {
                String field = record.get(c + 1).strip();
                marks[classOf[c]] = switch (field) {
                    case "1" -> MultiLabelImages.PRESENT;
                    case "0" -> MultiLabelImages.ABSENT;
                    case "" -> MultiLabelImages.UNCOUNTED;
                    default ->
                        throw LabelFile.error(
                                file,
                                records.line(),
                                "'" + field + "' in column '" + columns.get(c)
                                        + "': must be 1 (shown), 0 (not shown) or nothing (not counted)");
                };
            }
            add(record.get(0), marks, records.line());
        }
        return classNames;
    }

    private void requireClasses(List<String> columns, int line) {
        Set<String> distinct = new LinkedHashSet<>();
        for (String name : columns) {
            if (name.isEmpty()) {
                throw LabelFile.error(file, line, "a column without a name");
            }
            if (!distinct.add(name)) {
                throw LabelFile.error(file, line, "class '" + name + "' has two columns");
            }
            if (!expected.isEmpty() && !expected.contains(name)) {
                throw unknown(name, line);
            }
        }
        for (String name : expected) {
            if (!distinct.contains(name)) {
                throw LabelFile.error(
                        file, line, "there is no column '" + name + "', although the training images have that class");
            }
        }
    }

    private List<String> readLists(CsvRecords records) throws IOException {
        List<Map<String, Byte>> said = new ArrayList<>();
        TreeSet<String> found = new TreeSet<>();
        for (List<String> record = records.next(); record != null; record = records.next()) {
            requireFields(record, 2, records.line());
            Map<String, Byte> marks = new LinkedHashMap<>();
            for (String word : record.get(1).split(";", -1)) {
                String label = word.strip();
                boolean uncounted = label.startsWith(UNCOUNTED);
                String name = uncounted ? label.substring(1).strip() : label;
                if (name.isEmpty()) {
                    if (uncounted || !record.get(1).isBlank()) {
                        throw LabelFile.error(file, records.line(), "an empty label in '" + record.get(1) + "'");
                    }
                    continue;
                }
                if (!expected.isEmpty() && !expected.contains(name)) {
                    throw unknown(name, records.line());
                }
                if (marks.put(name, uncounted ? MultiLabelImages.UNCOUNTED : MultiLabelImages.PRESENT) != null) {
                    throw LabelFile.error(file, records.line(), "label '" + name + "' stands there twice");
                }
                found.add(name);
            }
            said.add(marks);
            add(record.get(0), null, records.line());
        }
        List<String> classNames = expected.isEmpty() ? List.copyOf(found) : expected;
        if (classNames.isEmpty() && !said.isEmpty()) {
            throw new DataException(file + ": no image has a label");
        }
        for (int i = 0; i < said.size(); i++) {
            byte[] marks = new byte[classNames.size()];
            Arrays.fill(marks, MultiLabelImages.ABSENT);
            said.get(i).forEach((name, mark) -> marks[classNames.indexOf(name)] = mark);
            MultiLabelImages.Entry entry = entries.get(i);
            entries.set(i, new MultiLabelImages.Entry(entry.name(), entry.file(), marks));
        }
        return classNames;
    }

    private void requireFields(List<String> record, int fields, int line) {
        if (record.size() != fields) {
            throw LabelFile.error(file, line, record.size() + " fields, but the header has " + fields);
        }
    }

    private void add(String path, byte[] marks, int line) {
        if (path.isBlank()) {
            throw LabelFile.error(file, line, "the path is empty");
        }
        if (path.indexOf('\uFFFD') >= 0) {
            throw LabelFile.error(file, line, "not text in UTF-8; save the file as UTF-8");
        }
        Path image;
        try {
            image = folder.resolve(path);
        } catch (InvalidPathException e) {
            throw LabelFile.error(file, line, "no path of this system: " + e.getReason());
        }
        if (!Files.isRegularFile(image)) {
            throw LabelFile.error(file, line, "there is no " + image + "; paths are relative to " + folder);
        }
        Integer before = lineOf.putIfAbsent(path, line);
        if (before != null) {
            throw LabelFile.error(file, line, "'" + path + "' stands in line " + before + " too");
        }
        entries.add(new MultiLabelImages.Entry(path, image, marks));
    }

    private DataException unknown(String name, int line) {
        return LabelFile.error(
                file,
                line,
                "class '" + name + "' is not among those of the training images: " + LabelFile.some(expected));
    }
}
