package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.ConfigYaml;
import org.swav4j.train.ResumedSettings;
import org.swav4j.train.Settings;
import picocli.CommandLine.Option;

/** Where a training's run lies, and whether it is begun or gone on with. */
final class RunOptions {
    private static final String AUTO = "auto";
    /** What the flag without a value stands for. */
    private static final String RESUME_ALONE = "";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Places.OnThisMachine.class,
            description = "Folder to write the run to; must be new or empty.")
    private Path out;

    @Option(
            names = "--init-from",
            paramLabel = "CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "Start from the weights of a checkpoint.")
    private Path initFrom;

    @Option(
            names = "--resume",
            arity = "0..1",
            fallbackValue = RESUME_ALONE,
            paramLabel = AUTO,
            description =
                    "Go on with the run in --out from its newest checkpoint; auto: or begin it, if there is none.")
    private String resume;

    @Option(
            names = "--accept-data-change",
            description = "Go on although the images are not those the run was begun with; it is written down.")
    private boolean acceptDataChange;

    /** As named, or else a new one for the sample images. */
    Path run() {
        return isNamed() ? out : newSampleRun();
    }

    boolean isNamed() {
        return out != null;
    }

    /** Whether {@code --resume} was given. */
    boolean mayResume() {
        return resume != null;
    }

    /** Whether there is a run to go on with, and it is to be gone on with. */
    boolean resumes() {
        return resume != null && out != null && RunDirectory.holdsRun(out);
    }

    boolean acceptsDataChange() {
        return acceptDataChange;
    }

    /** The checkpoint whose weights a new run starts from, or null. */
    Checkpoint initial() {
        return initFrom == null || resumes() ? null : Checkpoint.find(initFrom);
    }

    /** What does not go together. */
    void check(Settings.Builder settings, boolean onSamples) {
        boolean automatic = AUTO.equals(resume);
        if (resume != null && !automatic && !resume.equals(RESUME_ALONE)) {
            settings.problem("--resume", "'" + resume + "': stands alone, or with auto");
        } else if (resume != null && out == null) {
            settings.problem("--resume", "needs --out, the run to go on with");
        } else if (resume != null && !automatic && !resumes()) {
            settings.problem("--resume", "there is no run in " + out + "; auto would begin one");
        } else if (resume == null && out != null && RunDirectory.holdsRun(out)) {
            settings.problem("--out", out + " holds a run already; go on with it by --resume, or name another folder");
        }
        if (!onSamples && out == null) {
            settings.problem("--out", "is needed with --data: the folder to write the run to, such as runs/first");
        }
        if (resume != null && !automatic && initFrom != null) {
            settings.problem("--init-from", "is for a new run; --resume goes on with the run's own weights");
        }
        if (acceptDataChange && resume == null) {
            settings.problem("--accept-data-change", "is for --resume");
        }
    }

    /** Of a run that goes on, its own settings with what may be changed of them as typed; otherwise what was typed. */
    Settings settings(Settings typed) {
        if (!resumes()) {
            return typed;
        }
        Path file = out.resolve(RunDirectory.CONFIG);
        try {
            return ResumedSettings.of(ConfigYaml.read(Files.readString(file), file.toString()), file.toString(), typed);
        } catch (NoSuchFileException e) {
            throw new UsageException(
                    file + ": there is no such file; the newest checkpoint in " + out + " has a copy of it");
        } catch (IOException e) {
            throw new UsageException(
                    file + ": cannot be read as UTF-8 text (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** runs/sample, or the first of runs/sample-2, runs/sample-3, ... that is not there. */
    private static Path newSampleRun() {
        Path run = Path.of("runs", "sample");
        for (int i = 2; Files.exists(run); i++) {
            run = Path.of("runs", "sample-" + i);
        }
        return run;
    }
}
