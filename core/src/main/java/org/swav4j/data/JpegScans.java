package org.swav4j.data;

/**
 * Counts the scans of a JPEG. libjpeg goes through every block of the picture once per scan, whatever little the scan says: with
 * 120 bytes for one, a progressive file of 100 kB keeps it busy with 64 million pixels for half a minute.
 */
final class JpegScans {
    private static final int START_OF_SCAN = 0xDA;
    private static final int BASELINE_FRAME = 0xC0;
    private static final int EXTENDED_FRAME = 0xC1;

    private JpegScans() {}

    /** How many; 1 for every sequential JPEG whose first scan holds all components, as libjpeg stops after that. */
    static int count(byte[] jpeg) {
        int scans = 0;
        int components = 0;
        boolean sequential = false;
        for (int at = 2; at + 4 < jpeg.length; ) {
            if (jpeg[at] != -1) {
                at++;
                continue;
            }
            int marker = jpeg[at + 1] & 255;
            boolean withLength = marker >= 0xC0 && marker != 0xFF && (marker < 0xD0 || marker > 0xD9);
            if (!withLength) {
                at++;
                continue;
            }
            int content = at + 4;
            if (marker == START_OF_SCAN) {
                scans++;
                if (sequential && (jpeg[content] & 255) >= components) {
                    return 1;
                }
                at = content;
                continue;
            }
            boolean frame = marker < 0xD0 && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
            if (frame && content + 5 < jpeg.length) {
                sequential = marker == BASELINE_FRAME || marker == EXTENDED_FRAME;
                components = jpeg[content + 5] & 255;
            }
            // a lying length must not hide scans, so only segments before the first one are skipped by it
            at = scans == 0 ? at + 2 + Math.max(2, (jpeg[at + 2] & 255) << 8 | jpeg[at + 3] & 255) : content;
        }
        return scans;
    }
}
