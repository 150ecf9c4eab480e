package org.swav4j.sample;

import java.util.SplittableRandom;

/**
 * Smooth random fields: values on a wrapping lattice, interpolated; octaves of it summed. One instance per image, so that
 * no two images share a texture.
 */
final class LatticeNoise {
    private static final int SIDE = 32;
    private static final int MASK = SIDE - 1;

    private final float[] lattice = new float[SIDE * SIDE];

    LatticeNoise(SplittableRandom random) {
        for (int i = 0; i < lattice.length; i++) {
            lattice[i] = (float) (2 * random.nextDouble() - 1);
        }
    }

    /** The field at (x, y), in [-1, 1]; one lattice cell is 1 wide. */
    double at(double x, double y) {
        double fx = Math.floor(x);
        double fy = Math.floor(y);
        double tx = x - fx;
        double ty = y - fy;
        tx = tx * tx * (3 - 2 * tx);
        ty = ty * ty * (3 - 2 * ty);
        int x0 = (int) fx & MASK;
        int x1 = (x0 + 1) & MASK;
        int row0 = ((int) fy & MASK) * SIDE;
        int row1 = (((int) fy + 1) & MASK) * SIDE;
        double top = Waves.mix(lattice[row0 + x0], lattice[row0 + x1], tx);
        double bottom = Waves.mix(lattice[row1 + x0], lattice[row1 + x1], tx);
        return Waves.mix(top, bottom, ty);
    }

    /**
     * Octaves of the field, each twice as fine, weighted 1, gain, gain², ... and scaled to about [-1, 1].
     *
     * @param gain how strong the finer octaves are: 0.3 is cloudy, 0.9 is gritty
     */
    double octaves(double x, double y, int count, double gain) {
        double sum = 0;
        double weight = 1;
        double total = 0;
        double px = x;
        double py = y;
        for (int octave = 0; octave < count; octave++) {
            sum += weight * at(px, py);
            total += weight * weight;
            weight *= gain;
            // turned as well as scaled, or the lattices of all octaves would line up
            double turned = 1.6 * px - 1.2 * py + 7.3;
            py = 1.2 * px + 1.6 * py + 3.1;
            px = turned;
        }
        return sum / Math.sqrt(total);
    }
}
