package org.swav4j.embed;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.swav4j.data.Quarantine;

/**
 * What came of it.
 *
 * @param complete whether every image is done; otherwise the same once more goes on
 * @param images of the source
 * @param rows vectors written, by earlier parts too
 * @param dimensions of every vector
 * @param broken images that could not be read and were left out
 * @param brokenList the file that names those, if there are any and it is complete
 * @param names the file beside the target with the images' names, for formats without room for them
 * @param imagesNow done by this part
 * @param seconds that this part took
 */
public record EmbedResult(
        boolean complete,
        int images,
        long rows,
        int dimensions,
        List<Quarantine.Entry> broken,
        Optional<Path> brokenList,
        Optional<Path> names,
        int imagesNow,
        double seconds) {
    public EmbedResult {
        broken = List.copyOf(broken);
    }
}
