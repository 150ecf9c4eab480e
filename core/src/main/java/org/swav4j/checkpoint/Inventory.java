package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.swav4j.format.Safetensors;

/**
 * How much of what a checkpoint holds, by its files' headers alone.
 *
 * @param trunkParameters numbers learned in the trunk, in the head below and in the prototypes; batch norm's statistics are not
 *     learned
 * @param statistics numbers that batch norm keeps
 * @param optimizerSlots name of a slot, such as {@code momentum} → numbers in it, over all parameters; empty without optimiser
 * @param queueCrops crops whose embeddings are queued; 0 without a queue
 * @param queueLength rows per crop; 0 without a queue
 */
public record Inventory(
        long trunkParameters,
        long headParameters,
        long prototypeParameters,
        long statistics,
        Map<String, Long> optimizerSlots,
        long queueCrops,
        long queueLength) {
    private static final String QUEUE = "queue";

    /** Copies the slots, sorted by name. */
    public Inventory {
        optimizerSlots = Collections.unmodifiableMap(new TreeMap<>(optimizerSlots));
    }

    /** All that is learned. */
    public long parameters() {
        return trunkParameters + headParameters + prototypeParameters;
    }

    /** @throws CheckpointException if a file is no safetensors file */
    static Inventory of(Path directory, Summary summary) {
        long[] sums = new long[4];
        header(directory.resolve(Checkpoint.MODEL)).forEach((name, shape) -> sums[part(name)] += elements(shape));
        Map<String, Long> slots = new TreeMap<>();
        if (summary.files().containsKey(Checkpoint.OPTIMIZER)) {
            header(directory.resolve(Checkpoint.OPTIMIZER))
                    .forEach((name, shape) -> slots.merge(name.replaceFirst("\\..*", ""), elements(shape), Long::sum));
        }
        long[] queue = summary.files().containsKey(Checkpoint.QUEUE)
                ? header(directory.resolve(Checkpoint.QUEUE)).getOrDefault(QUEUE, new long[0])
                : new long[0];
        boolean queued = queue.length == 3;
        return new Inventory(sums[0], sums[1], sums[2], sums[3], slots, queued ? queue[0] : 0, queued ? queue[1] : 0);
    }

    /** Trunk, head, prototypes, statistics: by the names that torchvision and the reference give. */
    private static int part(String name) {
        if (name.endsWith(".running_mean") || name.endsWith(".running_var") || name.endsWith(".num_batches_tracked")) {
            return 3;
        }
        return name.startsWith("projection_head.") ? 1 : name.startsWith("prototypes.") ? 2 : 0;
    }

    private static Map<String, long[]> header(Path file) {
        try {
            Safetensors.File tensors = Safetensors.read(file);
            Map<String, long[]> shapes = new TreeMap<>();
            tensors.names().forEach(name -> shapes.put(name, tensors.shape(name)));
            return shapes;
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + CheckpointException.reason(e), e);
        }
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long side : shape) {
            elements *= side;
        }
        return elements;
    }
}
