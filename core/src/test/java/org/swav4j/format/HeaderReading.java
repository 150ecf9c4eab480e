package org.swav4j.format;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads the headers of the files named by its arguments and maps their first tensor, in a Java with little memory. For each
 * it prints a line: tensors, or what was wrong.
 */
final class HeaderReading {
    private HeaderReading() {}

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            long start = System.nanoTime();
            String outcome;
            try {
                Safetensors.File read = Safetensors.read(Path.of(file));
                outcome = read.names().size() + " tensors";
                read.get(read.names().get(0));
            } catch (FormatException e) {
                outcome = e.getMessage().replace(file, "file");
            }
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            System.out.println(outcome + (seconds < 10 ? "" : " after " + seconds + " s"));
        }
    }
}
