package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.checkpoint.Progress;
import org.swav4j.data.EpochOrder;

/**
 * By how many ranks the first steps of the epoch under way were done: a run may go on with more or fewer of them than it was
 * stopped with, and must not meet an image twice.
 *
 * @param shares in their order; none if the epoch was begun by those who are at it
 */
record EpochShares(List<Progress.Share> shares) {
    static final EpochShares NONE = new EpochShares(List.of());

    /** What a checkpoint says; where it says nothing, one process did all. */
    static EpochShares of(Progress progress, int world) {
        if (progress.batch() == 0) {
            return NONE;
        }
        boolean one = progress.shares().isEmpty();
        List<Progress.Share> shares = one ? List.of(new Progress.Share(1, progress.batch())) : progress.shares();
        return shares.stream().allMatch(share -> share.ranks() == world) ? NONE : new EpochShares(shares);
    }

    /** For an epoch's order. */
    List<EpochOrder.Stretch> stretches(int batchSize) {
        return shares.stream()
                .map(share -> new EpochOrder.Stretch(share.ranks(), share.end() * batchSize))
                .toList();
    }

    /** For a checkpoint: these, and what {@code world} ranks have done after them, up to step {@code done} of the epoch. */
    List<Progress.Share> with(int world, int done) {
        List<Progress.Share> all = new ArrayList<>(shares);
        int last = all.size() - 1;
        int end = last < 0 ? 0 : all.get(last).end();
        if (done == 0 || (all.isEmpty() && world == 1)) {
            return List.of();
        }
        if (done > end && last >= 0 && all.get(last).ranks() == world) {
            all.set(last, new Progress.Share(world, done));
        } else if (done > end) {
            all.add(new Progress.Share(world, done));
        }
        return all;
    }
}
