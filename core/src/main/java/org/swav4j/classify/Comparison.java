package org.swav4j.classify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.swav4j.data.LabelChoice;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Predictions;
import org.swav4j.format.Sha256;

/**
 * What pretraining is worth: the same test images classified with more and more of the labels, by classifiers that begin with a
 * pretrained encoder and by others that do not. For one share and seed all of them see the same labelled images, and those that are
 * trained take the same number of steps of the same batch if their recipes say so.
 *
 * @param tuned the pretrained encoder's fine-tuning with all labels
 * @param tunedRecipe its recipe with so many labelled images
 * @param scratch recipe from fresh weights
 * @param labels shares of the labels
 * @param seeds how often each is repeated, with another subset, other fresh weights and another order
 * @param frozen how features are classified as they are; empty to leave that out
 */
public record Comparison(
        TrainingTask tuned,
        IntFunction<Recipe> tunedRecipe,
        Recipe scratch,
        List<LabelChoice> labels,
        int seeds,
        Optional<FrozenClassification> frozen) {
    private static final int VERSION = 1;

    /** Copies the list. */
    public Comparison {
        labels = List.copyOf(labels);
        if (labels.isEmpty() || seeds < 1) {
            throw new IllegalArgumentException("a comparison needs a share of labels and a seed");
        }
    }

    /** One cell to be found out. */
    private record Place(Method method, LabelChoice choice, LabelledImages train, long seed) {
        Cell cell(long steps, Predictions said) {
            return Cell.of(method, choice.toString(), seed, train.size(), steps, said);
        }
    }

    /**
     * Finds out every cell, in the order of shares, seeds and methods. A finished one is recorded at once and never found out again.
     *
     * @param folder where cells are recorded; empty for nowhere
     * @param version of the program
     * @return the cells; empty if it was stopped before the last
     */
    public Optional<List<Cell>> run(
            CompareWatcher watcher, BooleanSupplier stop, Optional<Path> folder, String version) {
        Optional<CellFolder> cells = folder.map(CellFolder::new);
        List<Place> places = places();
        List<Cell> found = new ArrayList<>();
        for (Place place : places) {
            int number = found.size() + 1;
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            String key = key(place);
            Optional<Cell> cell = cells.flatMap(c -> c.read(key));
            if (cell.isEmpty()) {
                TrainingWatcher training =
                        watcher.begins(number, places.size(), place.method, place.choice.toString(), place.seed);
                cell = place.method.trained()
                        ? trained(place, key, training, stop, cells, version)
                        : Optional.of(classified(place, key, cells));
                if (cell.isEmpty()) {
                    return Optional.empty();
                }
            }
            found.add(cell.get());
            watcher.cell(number, places.size(), cell.get());
        }
        return Optional.of(found);
    }

    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (LabelChoice choice : labels) {
            for (int i = 0; i < seeds; i++) {
                long seed = tuned.seed() + i;
                LabelledImages train = choice.of(tuned.train(), seed);
                for (Method method : Method.values()) {
                    if (method.trained() || frozen.isPresent()) {
                        places.add(new Place(method, choice, train, seed));
                    }
                }
            }
        }
        return places;
    }

    private EncoderSource encoder(Place place) {
        return place.method.pretrained()
                ? tuned.start()
                : EncoderSource.untrained(tuned.start().info(), place.seed);
    }

    private TrainingTask task(Place place) {
        Recipe recipe = place.method.pretrained() ? tunedRecipe.apply(place.train.size()) : scratch;
        return tuned.with(encoder(place), place.train, recipe, place.seed);
    }

    private String key(Place place) {
        if (place.method.trained()) {
            return task(place).key();
        }
        String all = String.join(
                "\n",
                "frozen " + VERSION,
                frozen.orElseThrow().settings(),
                encoder(place).fingerprint(),
                place.train.fingerprint(),
                tuned.test().fingerprint());
        return Sha256.of(all.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<Cell> trained(
            Place place,
            String key,
            TrainingWatcher watcher,
            BooleanSupplier stop,
            Optional<CellFolder> cells,
            String version) {
        TrainingTask task = task(place);
        try (ClassifierTraining training = new ClassifierTraining(task)) {
            TrainingOutcome outcome = training.run(watcher, stop, cells.map(c -> c.unfinished(key)), version);
            Optional<Cell> cell =
                    outcome.predictions().map(said -> place.cell(task.recipe().steps(place.train.size()), said));
            if (cell.isPresent()) {
                record(cells, key, cell.get());
                training.deleteUnfinished();
            }
            return cell;
        }
    }

    private Cell classified(Place place, String key, Optional<CellFolder> cells) {
        Cell cell = place.cell(0, frozen.orElseThrow().classify(encoder(place), place.train, tuned.test()));
        record(cells, key, cell);
        return cell;
    }

    private static void record(Optional<CellFolder> cells, String key, Cell cell) {
        if (cells.isPresent()) {
            try {
                cells.get().write(key, cell);
            } catch (IOException e) {
                throw new UncheckedIOException("a finished part of the comparison cannot be written", e);
            }
        }
    }
}
