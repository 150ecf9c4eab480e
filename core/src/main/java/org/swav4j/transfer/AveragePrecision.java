package org.swav4j.transfer;

import java.util.Collection;

/**
 * How well scores put the images of a class before the others, 0 to 1. Precision at a recall is the highest that is reached
 * at that recall or a higher one.
 *
 * @param points11 mean of the precisions at recall 0, .1, ..., 1: VOC's until 2009 (Everingham et al. 2010)
 * @param allPoints area below precision over recall: VOC's from 2010 on
 */
public record AveragePrecision(double points11, double allPoints) {
    /** What there is without an image of the class. */
    static final AveragePrecision NONE = new AveragePrecision(Double.NaN, Double.NaN);

    /** The mean over those that are numbers; NaN if none is. */
    static AveragePrecision mean(Collection<AveragePrecision> each) {
        double points11 = 0;
        double allPoints = 0;
        int count = 0;
        for (AveragePrecision one : each) {
            if (!Double.isNaN(one.points11)) {
                points11 += one.points11;
                allPoints += one.allPoints;
                count++;
            }
        }
        return count == 0 ? NONE : new AveragePrecision(points11 / count, allPoints / count);
    }
}
