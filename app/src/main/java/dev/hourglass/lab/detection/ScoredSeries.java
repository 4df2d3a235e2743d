package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.report.figures.AnomalyFigure;
import dev.hourglass.report.figures.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A series with the scores of its rows and the events that they make up.
 *
 * @param samples windows of the series, or its rows
 * @param scores over the threshold
 * @param rebuilt by the model, in the model's units, [rows, channels]; NaN where no window has the row
 */
public record ScoredSeries(Dataset samples, StepScores scores, List<AnomalyEvent> events, float[] rebuilt) {
    private static final int BATCH = 64;
    /** A channel with less is hardly to blame. */
    private static final double LEAST_SHARE = 0.1;

    private static final int MOST_BLAMED = 3;

    public ScoredSeries {
        events = List.copyOf(events);
    }

    /** Whether a detector scores the rows of these samples, not each by itself. */
    public static boolean isSeries(Dataset samples) {
        return samples.places()
                .filter(places -> switch (samples.sampleShape().rank()) {
                    case 1 -> places.rows().times() != null;
                    case 2 -> places.windows();
                    default -> false;
                })
                .isPresent();
    }

    /**
     * Scores a series.
     *
     * @param samples windows, or rows, under the model's normalization
     * @param progress is told how many samples are done, of twice as many
     * @throws IllegalArgumentException if the model rebuilds what is not finite
     */
    public static ScoredSeries of(Detector detector, Dataset samples, IntConsumer progress) {
        StepScores scores = detector.score(samples, progress);
        samples.requireUnchanged();
        float[] rebuilt =
                rebuilt(detector.reconstruction(samples), samples, done -> progress.accept(samples.size() + done));
        return new ScoredSeries(samples, scores, detector.events(scores), rebuilt);
    }

    private static float[] rebuilt(Reconstruction model, Dataset samples, IntConsumer progress) {
        SamplePlaces places = samples.places().orElseThrow();
        int channels = samples.sampleShape().dimension(-1);
        int size = samples.sampleShape().size();
        RowAnswers answers = new RowAnswers(places, channels, RowAnswers.Overlap.MEAN);
        float[] batch = new float[BATCH * size];
        for (int from = 0; from < samples.size(); from += BATCH) {
            int count = Math.min(BATCH, samples.size() - from);
            model.rebuild(from, count, batch);
            for (int i = 0; i < count; i++) {
                answers.add(from + i, batch, i * size);
            }
            progress.accept(from + count);
        }
        float[] rows = new float[Math.multiplyExact(places.rows().count(), channels)];
        answers.forEach((row, answer) -> System.arraycopy(answer, 0, rows, row * channels, channels));
        return rows;
    }

    private SourceRows rows() {
        return scores.rows();
    }

    /** Names of the channels, {@code v1} and so on where they have none. */
    public List<String> channels() {
        return rows().columns().isEmpty()
                ? IntStream.rangeClosed(1, scores.channels())
                        .mapToObj(i -> "v" + i)
                        .toList()
                : rows().columns();
    }

    /** The time of a row, or its number from 0 in the order of time where that is not known. */
    public String time(int row) {
        SampleTimes times = rows().times();
        return times == null ? Integer.toString(row) : times.begin(row);
    }

    /** How many rows have a score. */
    public int scored() {
        return (int) Arrays.stream(scores.scores())
                .filter(score -> !Double.isNaN(score))
                .count();
    }

    /** How many of them are above the threshold. */
    public int flagged() {
        return (int) Arrays.stream(scores.scores()).filter(score -> score > 1).count();
    }

    /** The scores as the rows lie in their file. */
    public double[] inFileOrder() {
        return Arrays.stream(order()).mapToDouble(scores::score).toArray();
    }

    /** What is known of the rows as they lie in their file, in the order of the series. */
    public boolean[] inSeriesOrder(boolean[] inFile) {
        int[] order = order();
        boolean[] ordered = new boolean[order.length];
        for (int line = 0; line < order.length; line++) {
            ordered[order[line]] = inFile[line];
        }
        return ordered;
    }

    /** Row by row of the file, its place in the series. */
    private int[] order() {
        int[] inFile = rows().order();
        int[] order = new int[rows().count()];
        for (int row = 0; row < order.length; row++) {
            order[inFile == null ? row : inFile[row]] = row;
        }
        return order;
    }

    /**
     * Writes a line for each row, as they lie in the file: its time, its score, whether that is above the threshold, the number
     * of its event, and each channel's part of the score before smoothing.
     */
    public void writeScores(Path file) throws IOException {
        scores((lead, columns, lines) -> CsvWriter.write(file, lead, columns, lines));
    }

    /** The same text where somebody else makes the file. */
    public void writeScores(Appendable text) throws IOException {
        scores((lead, columns, lines) -> CsvWriter.write(text, lead, columns, lines));
    }

    /** Where a table goes. */
    @FunctionalInterface
    private interface Target {
        void write(CsvWriter.Lead lead, List<String> columns, RowFile.Rows lines) throws IOException;
    }

    private void scores(Target target) throws IOException {
        int[] order = order();
        int[] eventOf = new int[rows().count()];
        for (int event = 0; event < events.size(); event++) {
            Arrays.fill(eventOf, events.get(event).first(), events.get(event).last() + 1, event + 1);
        }
        List<String> columns = new ArrayList<>(
                rows().ids() == null ? List.of() : List.of(rows().keys().id()));
        columns.add(rows().times() == null ? "row" : rows().keys().time());
        columns.addAll(List.of("score", "flag", "event"));
        CsvWriter.Lead lead = new CsvWriter.Lead(columns, line -> {
            int row = order[line];
            List<String> cells = new ArrayList<>(rows().ids() == null ? List.of() : List.of(rows().seriesOf(row)));
            cells.add(rows().times() == null ? Integer.toString(line) : time(row));
            cells.add(Double.toString(scores.score(row)));
            cells.add(scores.score(row) > 1 ? "1" : "0");
            cells.add(eventOf[row] == 0 ? "" : Integer.toString(eventOf[row]));
            return cells;
        });
        List<String> parts = channels().stream().map(name -> "score_" + name).toList();
        target.write(lead, parts, sink -> {
            float[] each = new float[scores.channels()];
            for (int row : order) {
                for (int i = 0; i < each.length; i++) {
                    each[i] = (float) scores.part(row, i);
                }
                sink.write(each, 0, 1);
            }
        });
    }

    /** Writes a line for each event: when it starts, ends and peaks, and each channel's share of the blame. */
    public void writeEvents(Path file) throws IOException {
        events((lead, columns, lines) -> CsvWriter.write(file, lead, columns, lines));
    }

    /** The same text where somebody else makes the file. */
    public void writeEvents(Appendable text) throws IOException {
        events((lead, columns, lines) -> CsvWriter.write(text, lead, columns, lines));
    }

    private void events(Target target) throws IOException {
        List<String> columns = new ArrayList<>(List.of("event"));
        if (rows().ids() != null) {
            columns.add(rows().keys().id());
        }
        columns.addAll(List.of("start", "end", "rows", "peak", "score", "channels"));
        CsvWriter.Lead lead = new CsvWriter.Lead(columns, line -> {
            AnomalyEvent event = events.get(line);
            List<String> cells = new ArrayList<>(List.of(Integer.toString(line + 1)));
            if (rows().ids() != null) {
                cells.add(rows().seriesOf(event.first()));
            }
            cells.addAll(List.of(
                    time(event.first()),
                    time(event.last()),
                    Integer.toString(event.rows()),
                    time(event.peak()),
                    Double.toString(event.score()),
                    blame(event)));
            return cells;
        });
        List<String> shares = channels().stream().map(name -> "share_" + name).toList();
        target.write(lead, shares, sink -> {
            float[] each = new float[scores.channels()];
            for (AnomalyEvent event : events) {
                event.blame().forEach(blame -> each[blame.channel()] = (float) blame.share());
                sink.write(each, 0, 1);
            }
        });
    }

    /** The channels that are most to blame with their shares, such as {@code flow 62 %, speed 31 %}. */
    public String blame(AnomalyEvent event) {
        List<String> names = channels();
        return event.blame().stream()
                .limit(MOST_BLAMED)
                .filter(blame -> blame.share() >= LEAST_SHARE
                        || blame.equals(event.blame().getFirst()))
                .map(blame -> String.format(Locale.ROOT, "%s %.0f %%", names.get(blame.channel()), 100 * blame.share()))
                .collect(Collectors.joining(", "));
    }

    /** Each channel with what the model rebuilds and its part of the score, the score, and the events. */
    public Figure figure(String name) {
        int channels = scores.channels();
        float[] measured = measured();
        float[] inUnits = rebuilt.clone();
        samples.normalization().restore(inUnits, 0, inUnits.length);
        float[] parts = new float[inUnits.length];
        float[] score = new float[rows().count()];
        for (int row = 0; row < score.length; row++) {
            score[row] = (float) scores.score(row);
            for (int i = 0; i < channels; i++) {
                parts[row * channels + i] = (float) scores.part(row, i);
            }
        }
        boolean[] anomalous = new boolean[score.length];
        events.forEach(event -> Arrays.fill(anomalous, event.first(), event.last() + 1, true));
        List<AnomalyFigure.Span> spans = IntStream.range(0, events.size())
                .mapToObj(i -> new AnomalyFigure.Span(
                        events.get(i).first(), events.get(i).last(), Integer.toString(i + 1)))
                .toList();
        List<AnomalyFigure.Track> tracks = new ArrayList<>();
        for (int channel = 0; channel < channels; channel++) {
            float[] was = column(measured, channel);
            float[] is = column(inUnits, channel);
            tracks.add(new AnomalyFigure.Track(
                    channels().get(channel), was, is, band(was, is, anomalous), column(parts, channel)));
        }
        String note = String.format(
                Locale.ROOT,
                "%,d rows, %,d above the threshold, in %,d %s",
                scored(),
                flagged(),
                events.size(),
                events.size() == 1 ? "event" : "events");
        return AnomalyFigure.draw(name, note, tracks, score, spans, time(0), time(rows().count() - 1));
    }

    /** Three deviations of the errors outside events, told from their median size, which few large ones don't change. */
    private static float band(float[] measured, float[] rebuilt, boolean[] anomalous) {
        double[] sizes = IntStream.range(0, measured.length)
                .filter(row -> !anomalous[row] && Float.isFinite(rebuilt[row]))
                .mapToDouble(row -> Math.abs(measured[row] - rebuilt[row]))
                .sorted()
                .toArray();
        return sizes.length == 0 ? 0 : (float) (3 * 1.4826 * sizes[sizes.length / 2]);
    }

    private float[] column(float[] rows, int channel) {
        int channels = scores.channels();
        float[] column = new float[rows.length / channels];
        for (int row = 0; row < column.length; row++) {
            column[row] = rows[row * channels + channel];
        }
        return column;
    }

    /** In the units of the data; NaN where no window has the row. */
    private float[] measured() {
        SamplePlaces places = samples.places().orElseThrow();
        int channels = scores.channels();
        float[] rows = new float[rows().count() * channels];
        Arrays.fill(rows, Float.NaN);
        float[] sample = new float[samples.sampleShape().size()];
        for (int i = 0; i < samples.size(); i++) {
            samples.copySample(i, sample, 0);
            System.arraycopy(sample, 0, rows, places.start(i) * channels, places.length(i) * channels);
        }
        samples.normalization().restore(rows, 0, rows.length);
        return rows;
    }
}
