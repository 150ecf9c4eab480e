package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.data.ImageSource;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Event;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunDirectoryException;
import org.swav4j.runlog.RunLock;
import org.swav4j.train.ReproducedSettings;
import org.swav4j.train.RunComparison.Metrics;

/**
 * A run that is to be trained again, as far as it came. Nothing is written to it.
 *
 * @param checkpoint its newest whole one
 * @param metrics those up to the checkpoint
 */
record OriginalRun(
        RunDirectory directory,
        Provenance provenance,
        Checkpoint checkpoint,
        ReproducedSettings settings,
        Metrics metrics) {
    private static final int FINGERPRINT_SHOWN = 16;

    /**
     * Opens it.
     *
     * @param warning told of newer checkpoints that are damaged, and of a configuration that was edited
     * @throws UsageException if it cannot be trained again
     */
    static OriginalRun open(Path path, Consumer<String> warning) throws IOException {
        RunDirectory run = runAt(path);
        Optional<RunLock.Holder> holder = RunLock.holder(run);
        if (holder.isPresent()) {
            throw new UsageException(path + ": is in use by " + holder.get() + "; wait until it has ended");
        }
        Provenance provenance = Provenance.read(run);
        Optional<Event> change = provenance.history().stream()
                .filter(e -> e.event() == Kind.DATA_CHANGE)
                .findFirst();
        if (change.isPresent()) {
            throw new UsageException(path + ": cannot be reproduced: from step "
                    + change.get().step() + " on it was trained on other images than before ("
                    + change.get().note() + ")");
        }
        Checkpoint checkpoint = newest(run, warning);
        String owner = checkpoint.lineage().run();
        if (!owner.isEmpty() && !owner.equals(provenance.runId())) {
            throw new UsageException(
                    checkpoint.directory() + ": belongs to another run, " + owner + ", not to " + provenance.runId());
        }
        String edited = Files.isRegularFile(run.config()) ? Files.readString(run.config()) : "";
        ReproducedSettings settings =
                ReproducedSettings.of(checkpoint, edited, run.config().toString());
        settings.warnings().forEach(warning);
        Metrics metrics = Metrics.of(run, checkpoint.progress().step());
        return new OriginalRun(run, provenance, checkpoint, settings, metrics);
    }

    private static RunDirectory runAt(Path path) {
        try {
            RunDirectory run = RunDirectory.open(path);
            if (Files.isRegularFile(run.provenance())) {
                return run;
            }
            throw new UsageException(
                    path + ": has no " + RunDirectory.PROVENANCE + ", which says on what images it was trained");
        } catch (RunDirectoryException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Checkpoint newest(RunDirectory run, Consumer<String> warning) {
        try {
            return new CheckpointDirectory(run.checkpoints(), 1)
                    .newest(damaged -> warning.accept(damaged.getMessage() + "; taking the one before"))
                    .filter(checkpoint -> checkpoint.progress().step() > 0)
                    .orElseThrow(() -> new UsageException(
                            run + ": has saved no trained checkpoint, so there is nothing to compare with"));
        } catch (CheckpointException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** How many steps it takes to come as far. */
    long step() {
        return checkpoint.progress().step();
    }

    /** Refuses other images than it was trained on. */
    void requireTrainedOn(ImageSource images) {
        Provenance.Data data = provenance.data();
        if (!data.fingerprint().equals(images.fingerprint())) {
            throw new UsageException(images.description() + ": are not the images of " + directory + ": "
                    + facts(images.size(), images.bytes(), images.fingerprint()) + " here, "
                    + facts(data.images(), data.bytes(), data.fingerprint())
                    + " there. --data says where they lie now");
        }
    }

    private static String facts(int images, OptionalLong bytes, String fingerprint) {
        StringBuilder facts = new StringBuilder();
        if (images > 0) {
            facts.append(String.format(java.util.Locale.ROOT, "%,d images, ", images));
        }
        bytes.ifPresent(b -> facts.append(String.format(java.util.Locale.ROOT, "%,d bytes, ", b)));
        int shown = Math.min(FINGERPRINT_SHOWN, fingerprint.length());
        return facts.append("fingerprint ").append(fingerprint, 0, shown).toString();
    }

    /**
     * The weights it began with.
     *
     * @param elsewhere where they lie now, or null for where they lay then
     * @return null if it began with fresh ones
     * @throws UsageException if they are gone, or there were none
     */
    Checkpoint initial(Path elsewhere) {
        Optional<String> recorded = provenance.origin().initFrom();
        if (recorded.isEmpty()) {
            if (elsewhere != null) {
                throw new UsageException("--init-from: " + directory + " began with fresh weights");
            }
            return null;
        }
        try {
            return Checkpoint.find(elsewhere != null ? elsewhere : Path.of(recorded.get()));
        } catch (CheckpointException e) {
            throw new UsageException(e.getMessage() + ". " + directory + " began with the weights of " + recorded.get()
                    + "; --init-from says where they lie now");
        }
    }
}
