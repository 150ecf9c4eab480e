package org.swav4j.search;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.swav4j.embed.EncoderRecord;

/**
 * What an index says of itself.
 *
 * @param writer the program that wrote it
 * @param vectors how many it holds
 * @param dimensions of each
 * @param leftOut how many images were left out, as their vectors have no direction
 * @param graph how its graph was built
 * @param recall share of the 10 nearest that its graph finds with the usual effort, measured when it was built; -1 if it was
 *     not
 * @param recallQueries how many images that was measured with
 * @param encoder {@link EncoderRecord}'s entries; empty if it is not known what made the vectors
 */
public record IndexRecord(
        String writer,
        int vectors,
        int dimensions,
        int leftOut,
        GraphOptions graph,
        double recall,
        int recallQueries,
        Map<String, String> encoder) {
    public IndexRecord {
        encoder = new TreeMap<>(encoder);
    }

    /** What made the vectors, and a query must be made by; empty if that is not known. */
    public Optional<EncoderRecord> made() {
        return EncoderRecord.parse(encoder);
    }
}
