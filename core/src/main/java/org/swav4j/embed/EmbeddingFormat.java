package org.swav4j.embed;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Files that embeddings can be written to, by how their names end. */
public enum EmbeddingFormat {
    /** One array [N, D]; names and labels stand beside it, in {@code x.names.csv} for {@code x.npy}. */
    NPY,
    /** A line each: path, label if there are labels, then the numbers. */
    CSV,
    /** Columns path, label if there are labels, vector. */
    PARQUET;

    /** The format of a file of that name. */
    public static Optional<EmbeddingFormat> of(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return Arrays.stream(values())
                .filter(f -> name.toLowerCase(Locale.ROOT).endsWith(f.ending())
                        && name.length() > f.ending().length())
                .findFirst();
    }

    /** How names of such files end, such as {@code .npy}. */
    public String ending() {
        return "." + name().toLowerCase(Locale.ROOT);
    }

    /** All endings, for messages. */
    public static String endings() {
        return Arrays.stream(values()).map(EmbeddingFormat::ending).collect(Collectors.joining(", "));
    }

    /** {@code x.names.csv} for {@code x.npy} and {@code names}. */
    Path beside(Path file, String what) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - ending().length()) + "." + what + ".csv");
    }
}
