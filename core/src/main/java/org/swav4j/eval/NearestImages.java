package org.swav4j.eval;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.nn.UnitRows;

/**
 * Finds the images of a bank whose features are most similar to given ones, by cosine: exactly, as matrix products in float32
 * of blocks of both sides. Beside the features it holds 4·1024·16384 bytes of similarities (64 MiB), unit rows of a block
 * of each side (4·17408·F bytes: 136 MiB at F = 2048) and 8·1024·k bytes of neighbours, whatever the number of images: for
 * the 1.28 million of ImageNet against 50,000 in 2048 dimensions 0.2 GB beside 10.9 GB of features.
 */
public final class NearestImages {
    private static final int TEST_BLOCK = 1024;
    private static final int BANK_BLOCK = 16_384;

    private final Tensor bank;
    private final int size;
    private final int count;
    private final int testBlock;
    private final int bankBlock;

    /**
     * @param bank what is searched; stays the caller's
     * @param count neighbours to find, at least 1; all of the bank's if it has fewer
     */
    public NearestImages(LabelledFeatures bank, int count) {
        this(bank.features(), count);
    }

    /**
     * @param bank what is searched, float32 [N, F]; stays the caller's
     * @param count neighbours to find, at least 1; all of the bank's if it has fewer
     */
    public NearestImages(Tensor bank, int count) {
        this(bank, count, TEST_BLOCK, BANK_BLOCK);
    }

    NearestImages(Tensor bank, int count, int testBlock, int bankBlock) {
        if (count < 1) {
            throw new IllegalArgumentException("neighbours must be at least 1, not " + count);
        }
        this.bank = bank;
        this.size = Math.toIntExact(bank.size(0));
        this.count = Math.min(count, size);
        this.testBlock = testBlock;
        this.bankBlock = bankBlock;
    }

    /** Receives what was found for one row; called by several threads, each row once. */
    @FunctionalInterface
    public interface Visitor {
        /** {@code nearest} of row {@code row} of what was asked. */
        void found(int row, Neighbours nearest);
    }

    /** Rows of the bank, the most similar first and of equal ones the lower first. */
    public static final class Neighbours {
        private final float[] similarity;
        private final int[] row;
        private int size;

        private Neighbours(int count) {
            similarity = new float[count];
            row = new int[count];
        }

        /** Fewer than asked for only if similarities are not numbers. */
        public int size() {
            return size;
        }

        /** Row of the {@code i}th nearest. */
        public int row(int i) {
            return row[i];
        }

        /** Cosine with the {@code i}th nearest, -1 to 1 but for rounding. */
        public float similarity(int i) {
            return similarity[i];
        }

        /** The first places are a heap whose root is the farthest; rows come in ascending order. */
        private void offer(float[] values, int length, int firstRow) {
            int capacity = row.length;
            for (int i = 0; i < length; i++) {
                float value = values[i];
                if (size < capacity) {
                    if (!Float.isNaN(value)) {
                        rise(value, firstRow + i);
                    }
                } else if (value > similarity[0]) {
                    sink(value, firstRow + i, size);
                }
            }
        }

        private void rise(float value, int atRow) {
            int place = size++;
            while (place > 0 && farther(value, atRow, similarity[place - 1 >> 1], row[place - 1 >> 1])) {
                move(place - 1 >> 1, place);
                place = place - 1 >> 1;
            }
            put(place, value, atRow);
        }

        private void sink(float value, int atRow, int length) {
            int place = 0;
            while (2 * place + 1 < length) {
                int child = 2 * place + 1;
                if (child + 1 < length
                        && farther(similarity[child + 1], row[child + 1], similarity[child], row[child])) {
                    child++;
                }
                if (!farther(similarity[child], row[child], value, atRow)) {
                    break;
                }
                move(child, place);
                place = child;
            }
            put(place, value, atRow);
        }

        private void sort() {
            for (int last = size - 1; last > 0; last--) {
                float value = similarity[last];
                int atRow = row[last];
                move(0, last);
                sink(value, atRow, last);
            }
        }

        private void move(int from, int to) {
            similarity[to] = similarity[from];
            row[to] = row[from];
        }

        private void put(int place, float value, int atRow) {
            similarity[place] = value;
            row[place] = atRow;
        }

        private static boolean farther(float a, int rowOfA, float b, int rowOfB) {
            return a < b || (a == b && rowOfA > rowOfB);
        }
    }

    /** Finds the nearest of every row of {@code asked}. */
    public void visit(LabelledFeatures asked, Visitor visitor) {
        visit(asked.features(), visitor);
    }

    /**
     * The same of some rows.
     *
     * @return one for each of {@code rows}
     */
    public Neighbours[] of(LabelledFeatures asked, int[] rows) {
        Neighbours[] found = new Neighbours[rows.length];
        if (rows.length > 0) {
            try (PointerScope scope = new PointerScope()) {
                long[] chosen = Arrays.stream(rows).asLongStream().toArray();
                visit(asked.features().index_select(0, Tensor.create(chosen)), (row, nearest) -> found[row] = nearest);
            }
        }
        return found;
    }

    /** The same of rows [M, F], float32. */
    public void visit(Tensor asked, Visitor visitor) {
        if (asked.size(1) != bank.size(1)) {
            throw new IllegalArgumentException(
                    "features of " + asked.size(1) + " numbers cannot be compared with those of " + bank.size(1));
        }
        int askedSize = (int) asked.size(0);
        try (NoGradGuard noGrad = new NoGradGuard()) {
            for (int start = 0; start < askedSize; start += testBlock) {
                int rows = Math.min(testBlock, askedSize - start);
                try (PointerScope scope = new PointerScope()) {
                    Neighbours[] nearest = search(UnitRows.of(asked.narrow(0, start, rows)), rows);
                    int first = start;
                    IntStream.range(0, rows).parallel().forEach(i -> {
                        nearest[i].sort();
                        visitor.found(first + i, nearest[i]);
                    });
                }
            }
        }
    }

    private Neighbours[] search(Tensor unit, int rows) {
        Neighbours[] nearest = new Neighbours[rows];
        Arrays.setAll(nearest, i -> new Neighbours(count));
        for (int start = 0; start < size; start += bankBlock) {
            int columns = Math.min(bankBlock, size - start);
            try (PointerScope scope = new PointerScope()) {
                Tensor block = UnitRows.of(bank.narrow(0, start, columns));
                Tensor similarities = torch.mm(unit, block.t()).contiguous();
                FloatBuffer values = new FloatPointer(similarities.data_ptr())
                        .capacity((long) rows * columns)
                        .asBuffer();
                int firstRow = start;
                IntStream.range(0, rows).parallel().forEach(i -> {
                    float[] row = new float[columns];
                    values.get(i * columns, row);
                    nearest[i].offer(row, columns, firstRow);
                });
            }
        }
        return nearest;
    }
}
