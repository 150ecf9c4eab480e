package org.swav4j.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What the archive's table says about the images wanted, and about everything else enough to explain. */
final class ZipContents {
    private final ImageIndex.Builder images;
    private final ZipEntries entries;
    private final OtherFiles others = new OtherFiles();
    private final TreeSet<String> folders = new TreeSet<>();
    private int unsafe;

    private ZipContents(Path archive, long end) {
        images = new ImageIndex.Builder(archive);
        entries = new ZipEntries(end);
    }

    ImageIndex.Builder images() {
        return images;
    }

    /** In the order in which the images were added. */
    ZipEntries entries() {
        return entries;
    }

    /** How many entries were left out because their names lead upwards. */
    int unsafe() {
        return unsafe;
    }

    /**
     * Looks through a table of contents.
     *
     * @param prefix of the names wanted, ending with a slash unless it is empty; it is taken off
     */
    static ZipContents of(Path archive, ZipDirectory directory, String prefix) {
        ZipContents contents = new ZipContents(archive, directory.start());
        String top = commonTop(directory);
        String wanted = prefix.startsWith(top) ? prefix.substring(top.length()) : prefix;
        for (ZipDirectory.Entry entry : directory) {
            contents.add(entry, top, wanted);
        }
        return contents;
    }

    private void add(ZipDirectory.Entry entry, String top, String wanted) {
        if (isFolder(entry)) {
            return;
        }
        String whole = clean(entry.name());
        if (whole == null) {
            unsafe++;
            return;
        }
        if (hidden(whole) || entry.link()) {
            return;
        }
        String name = whole.substring(top.length());
        if (name.indexOf('/') > 0) {
            folders.add(name.substring(0, name.indexOf('/')));
        }
        if (!name.startsWith(wanted)) {
            return;
        }
        String extension = ImageFiles.extension(name);
        if (ImageFiles.isImage(extension)) {
            images.addByFolder(name.substring(wanted.length()), entry.size());
            entries.add(entry);
        } else {
            others.add(extension);
        }
    }

    /** The first folder of all names, with its slash; empty if they differ. */
    private static String commonTop(ZipDirectory directory) {
        String top = null;
        for (ZipDirectory.Entry entry : directory) {
            String name = isFolder(entry) ? null : clean(entry.name());
            if (name != null && !hidden(name) && !(top != null && name.startsWith(top))) {
                if (top != null) {
                    return "";
                }
                top = name.substring(0, name.indexOf('/') + 1);
                if (top.isEmpty()) {
                    return "";
                }
            }
        }
        return top == null ? "" : top;
    }

    private static boolean isFolder(ZipDirectory.Entry entry) {
        return entry.name().endsWith("/") || entry.name().endsWith("\\");
    }

    /** A relative name with single slashes; null if it leads upwards. Nothing is ever written under it here. */
    static String clean(String name) {
        boolean plain = !name.startsWith("/")
                && !name.contains("//")
                && !name.contains("./")
                && name.indexOf('\\') < 0
                && name.indexOf(':') < 0;
        if (plain && !name.endsWith("/")) {
            return name;
        }
        List<String> parts = new ArrayList<>();
        for (String part :
                name.replace('\\', '/').replaceFirst("^[A-Za-z]:", "").split("/")) {
            if (part.equals("..")) {
                return null;
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private static boolean hidden(String name) {
        return name.startsWith(".") || name.contains("/.") || name.startsWith("__MACOSX/");
    }

    String insteadOfImages(String folder) {
        if (!folder.isEmpty() && !folders.isEmpty()) {
            return "no images in a folder '" + folder + "' of it; it has "
                    + folders.stream().limit(8).reduce((a, b) -> a + ", " + b).orElseThrow()
                    + (folders.size() > 8 ? ", ..." : "");
        }
        return others.insteadOfImages("archive", unsafe);
    }
}
