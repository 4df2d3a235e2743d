package dev.hourglass.lab.board;

import java.util.Arrays;
import java.util.List;

/**
 * What a benchmark gave, as a table.
 *
 * @param title what was measured
 * @param columns names of the numbers, the first telling the detectors
 * @param rows one a detector
 * @param notes what a reader has to know, and who wins, in sentences
 */
public record BoardResult(String title, List<Column> columns, List<Row> rows, List<String> notes) {
    public BoardResult {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /**
     * A column of numbers.
     *
     * @param digits shown behind the point
     */
    public record Column(String name, int digits) {}

    /**
     * A detector.
     *
     * @param values one a column, NaN where there is none
     */
    public record Row(String detector, double[] values) {
        public Row {
            values = values.clone();
        }

        @Override
        public double[] values() {
            return values.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Row row && detector.equals(row.detector) && Arrays.equals(values, row.values);
        }

        @Override
        public int hashCode() {
            return 31 * detector.hashCode() + Arrays.hashCode(values);
        }
    }
}
