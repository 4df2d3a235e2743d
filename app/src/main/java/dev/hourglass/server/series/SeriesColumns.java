package dev.hourglass.server.series;

import dev.hourglass.data.SourceRows;
import dev.hourglass.data.files.CsvWriter;
import java.util.ArrayList;
import java.util.List;

/** The columns that say which row of a series a line of a table is: its series and its time, or else its number. */
final class SeriesColumns {
    private SeriesColumns() {}

    static List<String> heads(ScoredSeries series) {
        SourceRows rows = series.rows();
        List<String> heads = new ArrayList<>();
        if (rows.ids() != null) {
            heads.add(rows.keys().id());
        }
        heads.add(rows.times() == null ? "row" : rows.keys().time());
        return heads;
    }

    /** Those of a row, each with a comma behind it. */
    static void append(ScoredSeries series, int row, StringBuilder line) {
        SourceRows rows = series.rows();
        if (rows.ids() != null) {
            line.append(CsvWriter.line(List.of(rows.seriesOf(row)))).append(',');
        }
        String time = series.time(row);
        if (time == null) {
            line.append(row);
        } else {
            line.append(time);
        }
        line.append(',');
    }
}
