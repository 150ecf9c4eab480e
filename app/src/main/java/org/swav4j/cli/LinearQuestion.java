package org.swav4j.cli;

import java.util.List;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.HashedImages;
import org.swav4j.nn.Stage;
import org.swav4j.probe.StageFeatures;
import org.swav4j.report.Report;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What {@code swav linear} was asked: which images are classified, by which encoder's features.
 *
 * @param labels how many of the training images' labels are used
 * @param linear how classifiers are fitted
 * @param encoder what {@code source} names, open
 * @param warnings about the images
 */
record LinearQuestion(
        CommandSpec spec,
        EvaluationOptions options,
        LabelsOption labels,
        LinearOptions linear,
        EncoderSource source,
        FrozenEncoder encoder,
        HashedImages train,
        HashedImages test,
        List<String> warnings) {

    /** A report that says what was asked. */
    Report.Builder report(String name) {
        Report.Builder report = Report.builder(
                        name,
                        "Linear classification of " + test.description() + " by frozen features of "
                                + source.description())
                .command(Invocation.line(spec))
                .encoder("encoder", source)
                .data("train", train)
                .data("test", test)
                .setting("labels", labels.choice().toString())
                .setting("stages", linear.stages().stream().map(Stage::toString).toList())
                .setting("image_size", options.view(source).size())
                .setting("precision", options.precision().toString())
                .setting("threads", options.threads())
                .setting("seed", options.seed());
        warnings.forEach(report::warning);
        return report;
    }

    /** Features of images without augmentation, as {@link StageFeatures#extract} shares them. Collective: every rank must call. */
    StageFeatures features(LabelledImages images, Quarantine quarantine, ProgressLine progress, Collective ranks) {
        progress.say(images.description());
        ImageCount count = new ImageCount(progress, 1, ranks.world());
        count.started(0);
        StageFeatures features = StageFeatures.extract(
                images,
                train.classNames(),
                encoder::features,
                linear.stages(),
                options.view(source),
                options.workers(),
                quarantine,
                count::at,
                ranks);
        if (!features.isFinite()) {
            features.close();
            throw new DataException("--model: " + source.description()
                    + ": gives features that are infinite or not a number; did its training diverge?");
        }
        return features;
    }
}
