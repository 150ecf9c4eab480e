package org.swav4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.swav4j.eval.Predictions;

class ConfusedCellTest {
    @Test
    void imagesAreFoundByTheirClassAndTheOneTheyWereTakenFor() {
        Predictions predictions = new Predictions(
                List.of("cat", "dog"), new int[] {3, 5, 8, 9, 11}, new int[] {0, 0, 0, 1, 0}, new int[][] {
                    {1}, {0, 1}, {1, 0}, {}, {0}
                });
        List<ConfusedCell> cells = ConfusedCell.of(predictions);
        assertThat(cells)
                .containsExactly(
                        new ConfusedCell(0, 0, List.of(5, 11), 4),
                        new ConfusedCell(0, 1, List.of(3, 8), 4),
                        new ConfusedCell(1, 2, List.of(9), 1));
        assertThat(cells.get(1).share()).isEqualTo(.5);
        assertThat(ConfusedCell.worst(cells)).extracting(ConfusedCell::count).containsExactly(2, 1);
    }

    @Test
    void theImagesShownAreSpreadOverTheCell() {
        ConfusedCell cell =
                new ConfusedCell(0, 1, IntStream.range(0, 100).boxed().toList(), 200);
        assertThat(cell.some(4)).containsExactly(0, 25, 50, 75);
        assertThat(new ConfusedCell(0, 1, List.of(7, 9), 2).some(6)).containsExactly(7, 9);
    }
}
