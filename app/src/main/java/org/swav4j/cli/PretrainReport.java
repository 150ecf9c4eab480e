package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.swav4j.train.TrainingResult;

/** What {@code swav pretrain} prints when it ends, for people or as JSON. */
final class PretrainReport {
    private final PrintWriter results;
    private final boolean json;
    private final boolean quiet;
    private final TrainingResult result;
    private final Path run;

    PretrainReport(PrintWriter results, boolean json, boolean quiet, TrainingResult result, Path run) {
        this.results = results;
        this.json = json;
        this.quiet = quiet;
        this.result = result;
        this.run = run;
    }

    /**
     * Of a run that was asked to stop.
     *
     * @param again the command that goes on with it
     */
    void stopped(String again) {
        if (json) {
            Json.print(results, fields());
        } else {
            profile();
            results.println("Stopped after step " + result.step() + ". To go on: " + again);
        }
        results.flush();
    }

    /**
     * Of a run that did all its steps.
     *
     * @param learned what was measured, or null
     * @param program how the program was called
     * @param onSamples whether it trained on the sample images
     */
    void ended(LearningReport learned, String program, boolean onSamples) {
        if (json) {
            Map<String, Object> fields = fields();
            if (learned != null) {
                fields.putAll(learned.fields());
            }
            Json.print(results, fields);
        } else {
            profile();
            if (learned != null) {
                results.print(learned.text());
            }
            if (!quiet) {
                whatNext(program, onSamples);
            }
        }
        results.flush();
    }

    private void whatNext(String program, boolean onSamples) {
        results.println("What next:");
        if (onSamples) {
            results.println(
                    "  " + program + " pretrain --data YOUR_IMAGES/ --out runs/mine      train on your own images");
        }
        results.println("  " + program + " knn --model " + ShellWord.quoted(run.toString())
                + " --train LABELLED/ --test LABELLED/    measure the encoder");
        results.println(
                "  tensorboard --logdir " + run + "      see the curves; " + run + "/metrics.jsonl has the numbers");
    }

    /** What was shown already when it was measured, unless nothing but results is to be shown. */
    private void profile() {
        if (quiet && result.profile() != null) {
            results.print(ProfileText.of(result.profile()));
        }
    }

    private Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("run", run.toString());
        fields.put("interrupted", result.interrupted());
        fields.put("step", result.step());
        fields.put("loss", Double.isFinite(result.loss()) ? result.loss() : null);
        fields.put("checkpoint", result.checkpoint().toString());
        if (result.profile() != null) {
            fields.put("profile", ProfileText.fields(result.profile()));
        }
        return fields;
    }
}
