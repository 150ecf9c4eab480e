package org.swav4j.report;

import java.util.List;
import org.swav4j.eval.Predictions;

/** A part of a report's page below the figures; what is plain data stands in the JSON too. */
public sealed interface Section {
    /** The part's name in the JSON. */
    String name();

    /** Its heading. */
    String title();

    /**
     * Rows of cells.
     *
     * @param header of each column
     * @param rows strings, numbers, or null for nothing; shares are given as {@link Share}
     */
    record Table(String name, String title, List<String> header, List<List<Object>> rows) implements Section {
        /** Copies the lists; cells may be null. */
        public Table {
            header = List.copyOf(header);
            rows = List.copyOf(rows);
        }
    }

    /** A cell that is a share of 1, written in percent. */
    record Share(double value) {}

    /**
     * Lines over a common axis.
     *
     * @param xLabel what the x axis counts
     * @param yLabel what the y axis measures
     * @param logX whether the x axis is logarithmic
     * @param xShares whether x is a share of 1, shown in percent
     * @param shares whether y is a share of 1, shown in percent
     */
    record Chart(
            String name,
            String title,
            String xLabel,
            String yLabel,
            boolean logX,
            boolean xShares,
            boolean shares,
            List<Line> lines)
            implements Section {
        /** Copies the list. */
        public Chart {
            lines = List.copyOf(lines);
        }

        /** A chart whose x is a plain number. */
        public Chart(
                String name,
                String title,
                String xLabel,
                String yLabel,
                boolean logX,
                boolean shares,
                List<Line> lines) {
            this(name, title, xLabel, yLabel, logX, false, shares, lines);
        }
    }

    /**
     * A line of a {@link Chart}.
     *
     * @param x [n] places
     * @param y [n] values; NaN where there is none
     * @param low [n] where the values' 95 % intervals begin, NaN where there is none; or empty
     * @param high [n] where they end; or empty
     */
    record Line(String label, double[] x, double[] y, double[] low, double[] high) {
        /** Checks that there is one of everything for each place. */
        public Line {
            if (x.length != y.length || low.length != high.length || low.length != 0 && low.length != x.length) {
                throw new IllegalArgumentException("line '" + label + "' of " + x.length + " places, " + y.length
                        + " values, and intervals from " + low.length + " to " + high.length);
            }
        }

        /** A line without intervals. */
        public Line(String label, double[] x, double[] y) {
            this(label, x, y, new double[0], new double[0]);
        }
    }

    /** Which classes are taken for which, with images behind the cells. */
    record Confusion(String name, String title, Predictions predictions) implements Section {}

    /** Rows of images with words. */
    record Gallery(String name, String title, String text, List<Row> rows) implements Section {
        /** Copies the list. */
        public Gallery {
            rows = List.copyOf(rows);
        }
    }

    /** A row of a {@link Gallery}. */
    record Row(String label, List<Item> items) {
        /** Copies the list. */
        public Row {
            items = List.copyOf(items);
        }
    }

    /**
     * An image of a {@link Gallery}.
     *
     * @param source name of the images as {@link Report.Builder#data} was given, such as {@code test}
     * @param image its index there
     * @param caption below it
     * @param mark how it is framed
     */
    record Item(String source, int image, String caption, Mark mark) {}

    /** What an image's frame says. */
    enum Mark {
        NONE,
        RIGHT,
        WRONG
    }
}
