package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An archive that holds folders of images already: they keep their names below another one.
 *
 * @param archive name of the file
 * @param from beginning of the names to keep, ends in {@code '/'}
 * @param to what replaces that beginning; empty, or ends in {@code '/'}
 */
record FolderLayout(String archive, String from, String to) implements Layout {
    private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png");

    @Override
    public void unpack(Map<String, Path> files, Output out) throws IOException {
        new Archive(files.get(archive)).visit((name, content) -> {
            String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            String file = name.substring(name.lastIndexOf('/') + 1);
            if (name.startsWith(from) && EXTENSIONS.contains(extension) && !file.startsWith(".")) {
                String target = to + name.substring(from.length());
                int end = Math.max(0, target.lastIndexOf('/'));
                out.image(target.substring(0, end), file, content);
            }
            return true;
        });
    }
}
