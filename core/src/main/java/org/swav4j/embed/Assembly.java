package org.swav4j.embed;

import java.io.IOException;
import org.swav4j.data.Quarantine;

/** Brings batches, in order, into the files that become the target, several at once. */
final class Assembly {
    private final PartialFolder partial;
    private final Quarantine quarantine;
    private final Rows rows;

    /** @param batch images of one at most */
    Assembly(PartialFolder partial, Quarantine quarantine, int rowBytes, int batch) {
        this.partial = partial;
        this.quarantine = quarantine;
        this.rows = new Rows(rowBytes, batch);
    }

    /** @param before the image that the batch, or what could not be read in front of it, begins with */
    void take(EmbeddedBatch batch, int before) throws IOException {
        if (!rows.hasRoomFor(batch.size())) {
            write(before);
        }
        for (int i = 0; i < batch.size(); i++) {
            String label = batch.labels().get(i);
            rows.add(batch.names().get(i), label.isEmpty() ? null : label, batch.vectors(), i);
        }
    }

    /** Writes what was taken, after which the images before {@code next} are done. */
    void write(int next) throws IOException {
        partial.append(rows, next, quarantine);
        rows.clear();
    }
}
