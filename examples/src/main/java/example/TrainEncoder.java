package example;

import java.io.IOException;
import java.nio.file.Path;
import org.swav4j.data.LabelledImages;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.source.ImageSources;
import org.swav4j.train.AutoConfig;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretraining;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingListener;
import org.swav4j.train.TrainingResult;

/** Trains an encoder on a folder of images that nobody has labelled: {@code TrainEncoder FOLDER RUN [EPOCHS]}. */
public final class TrainEncoder {
    private TrainEncoder() {}

    public static void main(String[] args) throws IOException {
        Settings settings = Settings.builder()
                .flag(Setting.EPOCHS, args.length > 2 ? args[2] : "100")
                .build();
        TrainingResult result = train(Path.of(args[0]), Path.of(args[1]), settings);
        System.out.println("Encoder.load(Path.of(\"" + args[1] + "\")) gives the encoder of step " + result.step());
    }

    /** Trains; what {@code settings} leave open is chosen from the images and the machine. */
    static TrainingResult train(Path folder, Path out, Settings settings) throws IOException {
        // docs/library.md shows this
        LabelledImages images = ImageSources.open(folder);
        PretrainConfig config = AutoConfig.complete(settings, images).config();
        RunDirectory run = RunDirectory.create(out);
        TrainingListener progress = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                System.out.printf("step %d of %d: loss %.3f%n", report.step(), report.totalSteps(), report.loss());
            }
        };
        return new Pretraining(new Pretraining.Job(config, images, run), progress).run();
        // end
    }
}
