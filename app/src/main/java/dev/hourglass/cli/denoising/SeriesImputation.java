package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.data.tables.TableRewriter;
import dev.hourglass.detect.series.Imputation;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.SeriesReconstruction;
import dev.hourglass.files.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Fills the gaps of a table by a model, and says how well it does on gaps of its own making. */
final class SeriesImputation {
    private final Dataset windows;
    private final SeriesReconstruction series;
    private final Imputation imputation;
    private final Terminal terminal;

    SeriesImputation(ChainInference inference, Dataset windows, Terminal terminal) {
        this.windows = windows;
        this.terminal = terminal;
        series = new SeriesReconstruction(inference::run, windows);
        imputation = new Imputation(series, rows().pieces());
    }

    private SourceRows rows() {
        return windows.places().orElseThrow().rows();
    }

    /**
     * @param file that the windows are of, whose gaps were filled for the time being
     * @param options that it was read with
     */
    void run(Path file, TableOptions options, Path out, long seed) {
        boolean[] gaps = gaps(file, options);
        List<int[]> lengths = imputation.lengths(gaps);
        if (lengths.isEmpty()) {
            throw new CommandException("Nothing to fill: " + file
                    + " has no gaps in the columns that the model reads. Leave --impute out.");
        }
        float[] known = series.original();
        float[] interpolated = imputation.interpolated(known, gaps);
        float[] filled = filled(known, gaps, "Filling gaps");
        restore(interpolated);
        float[] restored = filled.clone();
        restore(restored);
        try {
            write(file, options, out, gaps, restored);
            Path list = beside(out);
            writeList(list, gaps, interpolated, restored);
            terminal.println(String.format(
                    Locale.ROOT,
                    "Filled %,d gaps of %s, %,d numbers, the longest %,d rows: %s; each number is listed in %s",
                    lengths.size(),
                    file,
                    count(gaps),
                    lengths.stream().mapToInt(gap -> gap[1]).max().orElseThrow(),
                    out,
                    list));
        } catch (IOException e) {
            throw CommandException.unwritable(out, e);
        }
        judge(known, gaps, seed);
    }

    private float[] filled(float[] rows, boolean[] gaps, String doing) {
        int each = windows.size();
        int[] pass = {0};
        try (Progress progress = new Progress(terminal, doing, each * Imputation.PASSES, "windows")) {
            return imputation.filled(rows, gaps, done -> {
                progress.stepTo(pass[0] * each + done);
                pass[0] += done == each ? 1 : 0;
            });
        }
    }

    /** Which numbers of the file are missing. */
    private boolean[] gaps(Path file, TableOptions options) {
        Table table = TableReader.readAll(file, options).bySeries();
        if (table.rows() != series.rows() || table.channels() != series.channels()) {
            throw new CommandException(String.format(
                    Locale.ROOT,
                    "%s changed while it was read: %,d rows, then %,d. Run again.",
                    file,
                    series.rows(),
                    table.rows()));
        }
        boolean[] gaps = new boolean[Math.multiplyExact(table.rows(), table.channels())];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = Double.isNaN(table.value(i / table.channels(), i % table.channels()));
        }
        return gaps;
    }

    private static int count(boolean[] gaps) {
        return (int) IntStream.range(0, gaps.length).filter(i -> gaps[i]).count();
    }

    private void restore(float[] rows) {
        float[] row = new float[series.channels()];
        for (int at = 0; at < rows.length; at += row.length) {
            System.arraycopy(rows, at, row, 0, row.length);
            windows.normalization().restore(row, 0, row.length);
            System.arraycopy(row, 0, rows, at, row.length);
        }
    }

    private void write(Path file, TableOptions options, Path out, boolean[] gaps, float[] filled) throws IOException {
        int channels = series.channels();
        int[] rowAt = rowsOfFile();
        AtomicFile.<IOException>write(out, channel -> {
            OutputStream bytes = new BufferedOutputStream(Channels.newOutputStream(channel));
            TableRewriter.rewrite(
                    file,
                    options,
                    (place, column) -> {
                        int at = rowAt[place] * channels + column;
                        return gaps[at] ? filled[at] : null;
                    },
                    bytes);
            bytes.flush();
        });
    }

    /** The row at each place of the file. */
    private int[] rowsOfFile() {
        int[] order = rows().order();
        int[] rowAt = new int[series.rows()];
        for (int row = 0; row < rowAt.length; row++) {
            rowAt[order == null ? row : order[row]] = row;
        }
        return rowAt;
    }

    private static Path beside(Path out) {
        String name = String.valueOf(out.getFileName());
        return out.resolveSibling(name.substring(0, name.lastIndexOf('.')) + "_imputed.csv");
    }

    /** What was put where: row of the file, column, by a line and by the model. */
    private void writeList(Path file, boolean[] gaps, float[] interpolated, float[] filled) throws IOException {
        int[] rowAt = rowsOfFile();
        int channels = series.channels();
        int[][] cells = IntStream.range(0, rowAt.length)
                .boxed()
                .flatMap(place -> IntStream.range(0, channels)
                        .filter(channel -> gaps[rowAt[place] * channels + channel])
                        .mapToObj(channel -> new int[] {place, channel}))
                .toArray(int[][]::new);
        CsvWriter.Lead lead = new CsvWriter.Lead(List.of("row", "column"), line -> {
            int[] cell = cells[line];
            return List.of(Integer.toString(cell[0] + 1), column(cell[1]));
        });
        CsvWriter.write(file, lead, List.of("interpolated", "imputed"), sink -> {
            for (int[] cell : cells) {
                int at = rowAt[cell[0]] * channels + cell[1];
                sink.write(new float[] {interpolated[at], filled[at]}, 0, 1);
            }
        });
    }

    private String column(int channel) {
        List<String> names = rows().columns();
        return names.isEmpty() ? Integer.toString(channel + 1) : names.get(channel);
    }

    /** Takes numbers away that are known, and holds what comes instead against them. */
    private void judge(float[] known, boolean[] gaps, long seed) {
        boolean[] own = imputation.ownGaps(gaps, seed);
        int count = count(own);
        if (count == 0) {
            terminal.println(
                    "How well the model does can't be said: there is no room for gaps of the same lengths where"
                            + " the numbers are known.");
            return;
        }
        boolean[] both = new boolean[gaps.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = gaps[i] || own[i];
        }
        float[] byLine = imputation.interpolated(known, both);
        float[] byModel = filled(known, both, "Judging by gaps of its own");
        double line = rmse(known, byLine, own, -1);
        double model = rmse(known, byModel, own, -1);
        terminal.println(String.format(
                Locale.ROOT,
                "On %,d gaps of its own making, %,d numbers, as long as the real ones, the root of the mean squared"
                        + " error is %.4g by the model and %.4g by linear interpolation (as the model sees numbers): %s",
                imputation.lengths(own).size(),
                count,
                model,
                line,
                verdict(model, line)));
        float[] truth = known.clone();
        restore(truth);
        restore(byLine);
        restore(byModel);
        for (int channel = 0; channel < series.channels(); channel++) {
            double ofLine = rmse(truth, byLine, own, channel);
            if (!Double.isNaN(ofLine)) {
                terminal.println(String.format(
                        Locale.ROOT,
                        "  %-20s %.4g by the model, %.4g by linear interpolation, in the units of the data",
                        column(channel),
                        rmse(truth, byModel, own, channel),
                        ofLine));
            }
        }
    }

    static String verdict(double model, double line) {
        return model < line
                ? String.format(Locale.ROOT, "the model is %.0f %% better.", 100 * (1 - model / line))
                : String.format(
                        Locale.ROOT,
                        "linear interpolation wins, its error is %.0f %% smaller. Fill such gaps by it (--missing"
                                + " interpolate; column 'interpolated' of the list).",
                        100 * (1 - line / model));
    }

    /** @param channel -1 for all; NaN where it has no gap */
    private double rmse(float[] truth, float[] found, boolean[] where, int channel) {
        return Math.sqrt(IntStream.range(0, truth.length)
                .filter(i -> where[i] && (channel < 0 || i % series.channels() == channel))
                .mapToDouble(i -> ((double) found[i] - truth[i]) * ((double) found[i] - truth[i]))
                .average()
                .orElse(Double.NaN));
    }
}
