package org.swav4j.transfer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.swav4j.data.DataException;

/**
 * Images in the layout of PASCAL VOC: {@code JPEGImages/<image>.jpg}, and what they show either in {@code
 * ImageSets/Main/<class>_<split>.txt} with lines of an image and 1 (shown), -1 (not shown) or 0 (shown by difficult objects
 * only), or, where a split has no such files, in {@code Annotations/<image>.xml} of the images that {@code
 * ImageSets/Main/<split>.txt} lists.
 */
public final class VocImages {
    private static final long MOST_BYTES = 64 << 20;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

    private final Path root;
    private final String split;
    private final Path lists;
    /** Of each image: the line that named it. */
    private final Map<String, Integer> lineOf = new LinkedHashMap<>();

    private final Map<String, byte[]> marksOf = new TreeMap<>();

    private VocImages(Path root, String split) {
        this.root = root;
        this.split = split;
        lists = root.resolve("ImageSets").resolve("Main");
    }

    /**
     * The images of a split, sorted by name.
     *
     * @param root of one year, such as {@code VOCdevkit/VOC2007}
     * @param expected the classes there must be, in the order of their numbers; empty for those that are there
     * @throws DataException naming the file and line, if something is missing or not as it must be
     */
    public static MultiLabelImages open(Path root, String split, List<String> expected) {
        return new VocImages(root, split).read(expected);
    }

    private MultiLabelImages read(List<String> expected) {
        if (!Files.isDirectory(lists)) {
            throw new DataException(root + ": there is no ImageSets/Main in it; give the folder of one year, such as"
                    + " VOCdevkit/VOC2007");
        }
        if (!PLAIN_NAME.matcher(split).matches()) {
            throw new DataException("'" + split + "': is no split's name; it stands in names of files in " + lists);
        }
        List<String> found = classesWithFiles();
        Path list = lists.resolve(split + ".txt");
        List<String> classNames;
        if (!found.isEmpty()) {
            classNames = ordered(found, expected);
            readMarks(classNames);
        } else if (Files.exists(list)) {
            classNames = readAnnotations(list, expected);
        } else {
            throw new DataException(lists + ": there is no " + split + ".txt, nor a <class>_" + split
                    + ".txt; splits there: " + LabelFile.some(splits())
                    + (split.equals("test") ? " (VOC's test images are an archive of their own)" : ""));
        }
        List<MultiLabelImages.Entry> entries = new ArrayList<>();
        marksOf.forEach((image, marks) ->
                entries.add(new MultiLabelImages.Entry("JPEGImages/" + image + ".jpg", picture(image), marks)));
        if (entries.isEmpty()) {
            throw new DataException(lists + ": split '" + split + "' lists no images");
        }
        return new MultiLabelImages(root + " " + split, classNames, entries);
    }

    private List<String> classesWithFiles() {
        String ending = "_" + split + ".txt";
        return fileNames().stream()
                .filter(name -> name.endsWith(ending) && name.length() > ending.length())
                .map(name -> name.substring(0, name.length() - ending.length()))
                .toList();
    }

    /** Whatever stands before {@code .txt} without a class before it. */
    private List<String> splits() {
        TreeSet<String> splits = new TreeSet<>();
        for (String name : fileNames()) {
            if (name.endsWith(".txt")) {
                splits.add(name.substring(Math.max(0, name.lastIndexOf('_') + 1), name.length() - 4));
            }
        }
        return splits.isEmpty() ? List.of("none") : List.copyOf(splits);
    }

    private List<String> fileNames() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(lists)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException e) {
            throw new DataException(lists + ": cannot be read: " + e.getMessage(), e);
        }
        names.sort(null);
        return names;
    }

    private List<String> ordered(List<String> found, List<String> expected) {
        if (expected.isEmpty()) {
            return found;
        }
        for (String name : expected) {
            if (!found.contains(name)) {
                throw new DataException(lists + ": there is no " + name + "_" + split
                        + ".txt, although the training images have that class");
            }
        }
        for (String name : found) {
            if (!expected.contains(name)) {
                throw new DataException(lists.resolve(name + "_" + split + ".txt") + ": class '" + name
                        + "' is not among those of the training images: " + LabelFile.some(expected));
            }
        }
        return expected;
    }

    private void readMarks(List<String> classNames) {
        Path first = lists.resolve(classNames.get(0) + "_" + split + ".txt");
        for (int c = 0; c < classNames.size(); c++) {
            Path file = lists.resolve(classNames.get(c) + "_" + split + ".txt");
            List<String> lines = LabelFile.lines(file, MOST_BYTES);
            Map<String, Integer> numbers = new LinkedHashMap<>();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).isBlank()) {
                    continue;
                }
                String[] words = lines.get(i).strip().split("\\s+");
                int line = i + 1;
                if (words.length != 2) {
                    throw LabelFile.error(
                            file, line, "must be an image and 1, 0 or -1, found " + words.length + " words");
                }
                if (c == 0) {
                    name(file, line, words[0]);
                    marksOf.put(words[0], new byte[classNames.size()]);
                } else if (!marksOf.containsKey(words[0])) {
                    throw LabelFile.error(file, line, "image '" + words[0] + "' is not in " + first.getFileName());
                }
                Integer before = numbers.putIfAbsent(words[0], line);
                if (before != null) {
                    throw LabelFile.error(file, line, "image '" + words[0] + "' stands in line " + before + " too");
                }
                marksOf.get(words[0])[c] = mark(file, line, words[1]);
            }
            for (String image : lineOf.keySet()) {
                if (!numbers.containsKey(image)) {
                    throw LabelFile.error(
                            file,
                            Math.max(1, lines.size()),
                            "ends without image '" + image + "', which " + first.getFileName() + " has");
                }
            }
        }
        lineOf.forEach((image, line) -> requirePicture(first, line, image));
    }

    private static byte mark(Path file, int line, String word) {
        return switch (word) {
            case "1", "+1" -> MultiLabelImages.PRESENT;
            case "-1" -> MultiLabelImages.ABSENT;
            case "0" -> MultiLabelImages.UNCOUNTED;
            default -> throw LabelFile.error(file, line, "'" + word + "' must be 1, 0 or -1");
        };
    }

    private List<String> readAnnotations(Path list, List<String> expected) {
        List<String> lines = LabelFile.lines(list, MOST_BYTES);
        Map<String, List<VocAnnotation.Shown>> shownBy = new TreeMap<>();
        TreeSet<String> found = new TreeSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String image = lines.get(i).strip();
            if (image.isEmpty()) {
                continue;
            }
            name(list, i + 1, image);
            requirePicture(list, i + 1, image);
            Path annotation = root.resolve("Annotations").resolve(image + ".xml");
            if (!Files.exists(annotation)) {
                throw LabelFile.error(list, i + 1, "there is no " + annotation + ", which says what the image shows");
            }
            List<VocAnnotation.Shown> objects = VocAnnotation.read(annotation);
            for (VocAnnotation.Shown shown : objects) {
                if (!expected.isEmpty() && !expected.contains(shown.name())) {
                    throw LabelFile.error(
                            annotation,
                            shown.line(),
                            "class '" + shown.name() + "' is not among those of the training images: "
                                    + LabelFile.some(expected));
                }
                found.add(shown.name());
            }
            shownBy.put(image, objects);
        }
        List<String> classNames = expected.isEmpty() ? List.copyOf(found) : expected;
        if (classNames.isEmpty()) {
            throw new DataException(list + ": none of its images' annotations names an object");
        }
        shownBy.forEach((image, objects) -> marksOf.put(image, marks(objects, classNames)));
        return classNames;
    }

    private static byte[] marks(List<VocAnnotation.Shown> objects, List<String> classNames) {
        byte[] marks = new byte[classNames.size()];
        Arrays.fill(marks, MultiLabelImages.ABSENT);
        for (VocAnnotation.Shown shown : objects) {
            int c = classNames.indexOf(shown.name());
            if (!shown.difficult()) {
                marks[c] = MultiLabelImages.PRESENT;
            } else if (marks[c] == MultiLabelImages.ABSENT) {
                marks[c] = MultiLabelImages.UNCOUNTED;
            }
        }
        return marks;
    }

    private void name(Path file, int line, String image) {
        if (!PLAIN_NAME.matcher(image).matches()) {
            throw LabelFile.error(file, line, "'" + image + "' is no name of an image, such as 000005");
        }
        Integer before = lineOf.putIfAbsent(image, line);
        if (before != null) {
            throw LabelFile.error(file, line, "image '" + image + "' stands in line " + before + " too");
        }
    }

    private Path picture(String image) {
        return root.resolve("JPEGImages").resolve(image + ".jpg");
    }

    private void requirePicture(Path file, int line, String image) {
        if (!Files.isRegularFile(picture(image))) {
            throw LabelFile.error(file, line, "there is no " + picture(image));
        }
    }
}
