package org.swav4j.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.train.AutoConfig;
import org.swav4j.train.DataFacts;
import org.swav4j.train.MachineFacts;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;

/**
 * A training to be timed, in the settings that {@code swav pretrain} would run it with on this machine; what is not given is
 * chosen as there. Decoded images are not kept, so that every image is decoded from its file.
 *
 * @param given settings by their names
 * @param data the kind of images it is meant for, by which the rest is chosen
 */
record Workload(Map<Setting, String> given, DataFacts data) {
    private static final DataFacts IMAGENET = new DataFacts(1_281_167, 375);
    private static final DataFacts CIFAR = new DataFacts(50_000, 32);

    Workload {
        given = Map.copyOf(given);
    }

    /** The paper's network and crops: ResNet-50, 2×224 + 6×96, K = 3000, LARC. */
    static Workload paper(int batch) {
        return new Workload(Map.of(), IMAGENET)
                .with(Setting.ARCH, "resnet50")
                .with(Setting.CROPS, "2x224@0.14-1,6x96@0.05-0.14")
                .with(Setting.PROTOTYPES, "3000")
                .with(Setting.OPTIMIZER, "larc")
                .with(Setting.BATCH_SIZE, Integer.toString(batch));
    }

    /** ResNet-18, 2×64 + 4×32, on images of 32 pixels. */
    static Workload small(int batch) {
        return new Workload(Map.of(), CIFAR)
                .with(Setting.ARCH, "resnet18")
                .with(Setting.CROPS, "2x64@0.3-1,4x32@0.1-0.3")
                .with(Setting.BATCH_SIZE, Integer.toString(batch));
    }

    Workload with(Setting setting, String value) {
        Map<Setting, String> changed = new LinkedHashMap<>(given);
        changed.put(setting, value);
        return new Workload(changed, data);
    }

    /** The same with what was typed for these settings, under their flags' names. */
    Workload with(Flags flags, Setting... settings) {
        Workload changed = this;
        for (Setting setting : settings) {
            String name = setting.flag().substring(2);
            if (flags.has(name)) {
                changed = changed.with(setting, flags.text(name, ""));
            }
        }
        return changed;
    }

    PretrainConfig config() {
        Settings.Builder settings = Settings.builder()
                .flag(Setting.CACHE_MB, "0")
                .flag(Setting.KNN_EVERY, "0")
                .flag(Setting.FREEZE_PROTOTYPES, "0")
                .flag(Setting.EPOCHS, "1000");
        given.forEach(settings::flag);
        return AutoConfig.complete(settings.build(), data, MachineFacts.detect())
                .config();
    }

    /** Such as {@code resnet50 2x224+6x96, batch 32, bf16}. */
    static String describe(PretrainConfig config) {
        List<String> crops =
                config.crops().stream().map(c -> c.count() + "x" + c.size()).toList();
        return String.format(
                Locale.ROOT,
                "%s %s, batch %d, K %d, %s",
                config.model().arch(),
                String.join("+", crops),
                config.batchSize(),
                config.model().prototypes().get(0),
                config.precision());
    }
}
