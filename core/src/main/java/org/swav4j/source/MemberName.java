package org.swav4j.source;

import java.util.Locale;

/**
 * The name of a tar archive's member as webdataset reads it: directories and what precedes the first dot of the last part are
 * the sample's key, what follows is the kind of member.
 *
 * @param path the name without leading {@code ./} and without control characters
 * @param key equal for the members of one sample
 * @param extension lower case, without the first dot; empty if the member belongs to no sample
 */
record MemberName(String path, String key, String extension) {
    private static final int MAX_LENGTH = 4096;

    static MemberName of(String entryName) {
        String shortened = entryName.length() > MAX_LENGTH ? entryName.substring(0, MAX_LENGTH) : entryName;
        StringBuilder clean = new StringBuilder(shortened.length());
        shortened.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        String path = clean.toString();
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        int last = path.lastIndexOf('/') + 1;
        int dot = path.indexOf('.', last);
        boolean metadata = path.startsWith("__") && path.endsWith("__") && last == 0;
        if (dot <= last || metadata) {
            return new MemberName(path, path, "");
        }
        return new MemberName(
                path, path.substring(0, dot), path.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** Whether it is an image by its last extension. */
    boolean image() {
        return ImageFiles.isImage(extension.substring(extension.lastIndexOf('.') + 1));
    }

    /** Whether the extension says nothing but that it is an image: {@code key.png}, not {@code key.mask.png}. */
    boolean plainImage() {
        return ImageFiles.isImage(extension);
    }

    /** Why nothing of this name is accepted; null if it is. */
    String refusal() {
        if (path.length() >= MAX_LENGTH) {
            return "the name has " + MAX_LENGTH + " characters or more";
        }
        if (path.startsWith("/") || path.startsWith("\\") || path.matches("[A-Za-z]:[/\\\\].*")) {
            return "the name is an absolute path";
        }
        for (String part : path.split("[/\\\\]", -1)) {
            if (part.equals("..")) {
                return "the name leads out of the archive";
            }
        }
        return null;
    }
}
