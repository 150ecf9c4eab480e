package org.swav4j.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.swav4j.dataset.Bytes;
import org.swav4j.dataset.fetch.FetchListener;

/** Shows a fetch on one line, with the speed since the file was begun and what is left at that speed. */
final class FetchProgress implements FetchListener {
    private final WorkLine line;
    private final LongSupplier nanoTime;
    private String file = "";
    private long firstBytes;
    private long firstNanos;

    FetchProgress(WorkLine line) {
        this(line, System::nanoTime);
    }

    FetchProgress(WorkLine line, LongSupplier nanoTime) {
        this.line = line;
        this.nanoTime = nanoTime;
    }

    @Override
    public void downloading(String name, long bytes, long total) {
        long now = nanoTime.getAsLong();
        if (!name.equals(file) || bytes < firstBytes) {
            file = name;
            firstBytes = bytes;
            firstNanos = now;
        }
        StringBuilder text = new StringBuilder(name).append(": ").append(Bytes.text(bytes));
        if (total > 0) {
            text.append(String.format(Locale.ROOT, " of %s (%d %%)", Bytes.text(total), 100 * bytes / total));
        }
        double seconds = (now - firstNanos) / 1e9;
        if (seconds > 0.5) {
            double perSecond = (bytes - firstBytes) / seconds;
            text.append(", ").append(Bytes.text((long) perSecond)).append("/s");
            if (total > 0 && perSecond > 0) {
                Duration left = Duration.ofSeconds((long) ((total - bytes) / perSecond));
                text.append(", ").append(ProgressLine.duration(left)).append(" left");
            }
        }
        line.update(text.toString());
    }

    @Override
    public void checking(String name, long bytes, long total) {
        line.update(String.format(Locale.ROOT, "%s: checking, %d %%", name, total == 0 ? 100 : 100 * bytes / total));
    }

    @Override
    public void unpacking(int images, int total) {
        line.update(String.format(Locale.ROOT, "%,d of %,d images unpacked", images, total));
    }

    @Override
    public void note(String text) {
        line.say(text);
    }
}
