package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Turns a data set's files into folders of images. */
interface Layout {
    /**
     * Writes the images.
     *
     * @param files the downloaded files by their names
     * @param out where to
     * @throws IOException if they cannot be read or written
     * @throws org.swav4j.data.DataException if they are not what this layout knows
     */
    void unpack(Map<String, Path> files, Output out) throws IOException;
}
