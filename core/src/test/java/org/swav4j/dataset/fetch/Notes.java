package org.swav4j.dataset.fetch;

import java.util.ArrayList;
import java.util.List;

/** Remembers what a fetch told. */
final class Notes implements FetchListener {
    final List<String> lines = new ArrayList<>();
    long downloaded;
    long total;
    int unpacked;

    @Override
    public void downloading(String file, long bytes, long totalBytes) {
        downloaded = bytes;
        total = totalBytes;
    }

    @Override
    public void checking(String file, long bytes, long totalBytes) {}

    @Override
    public void unpacking(int images, int totalImages) {
        unpacked = images;
    }

    @Override
    public void note(String text) {
        lines.add(text);
    }
}
