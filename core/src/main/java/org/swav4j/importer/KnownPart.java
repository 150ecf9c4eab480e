package org.swav4j.importer;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What other programs save beside a trunk. These parts are left out; anything else that is not expected is an error. */
enum KnownPart {
    /** Copies of the network that follow it with a delay. */
    FOLLOWERS(
            "networks that follow the trained one",
            "(encoder_k|momentum_\\w+|\\w+_momentum|target_\\w+|\\w+_target|\\w+_ema|ema_\\w+)\\..+"),
    /** Of MoCo and of Lightly. */
    QUEUE("queues of features", "(.+\\.)?(queue|memory_bank|queue_ptr|bank|bank_ptr)(\\d*|\\..+)"),
    /** Of supervised training, of linear evaluation while training, of MoCo's head. */
    CLASSIFIERS("classifiers", "(.+\\.)?(fc|classifier|classifiers|linear|online_classifier)\\..+"),
    /** Projections, predictions and prototypes of other methods. */
    HEADS(
            "heads of another method",
            "(.+\\.)?(head|heads|projector|predictor|projection_head|prediction_head|projection|prediction|prototypes)\\..+"),
    /** Of a loss. */
    LOSSES("what a loss keeps", "(criterion|loss|loss_fn|center)(\\..+)?|.+\\.center");

    private final String words;
    private final Pattern names;

    KnownPart(String words, String names) {
        this.words = words;
        this.names = Pattern.compile(names);
    }

    /** Which part a name belongs to. */
    static Optional<KnownPart> of(String name) {
        return Arrays.stream(values())
                .filter(part -> part.names.matcher(name).matches())
                .findFirst();
    }

    @Override
    public String toString() {
        return words;
    }
}
