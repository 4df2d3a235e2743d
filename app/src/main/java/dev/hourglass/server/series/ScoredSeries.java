package dev.hourglass.server.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.series.SampleCodes;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.files.Failures;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.jobs.Job;
import dev.hourglass.server.jobs.LargeResult;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.OpenModel;
import dev.hourglass.tensor.Normalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A series with what a model makes of it: each row's numbers, their reconstruction in the same units, and its score. Immutable.
 */
final class ScoredSeries implements LargeResult {
    /** A part of what Java may use, for scoring one series. */
    private static final int SHARE_OF_SERIES = 6;

    private final StepScores scores;
    private final SamplePlaces places;
    private final List<String> classNames;
    private final List<String> channels;
    private final float[] original;
    private final Extremes score;
    private final List<Extremes> originals = new ArrayList<>();
    private final List<Extremes> rebuilts = new ArrayList<>();
    private final double[] sorted;

    private ScoredSeries(StepScores scores, Dataset data, float[] original, float[] rebuilt) {
        this.scores = scores;
        this.original = original;
        places = data.places().orElseThrow();
        classNames = data.classNames();
        int count = scores.channels();
        channels = names(places.rows(), data.normalization(), count);
        float[] each = new float[places.rows().count()];
        for (int row = 0; row < each.length; row++) {
            each[row] = (float) scores.score(row);
        }
        score = new Extremes(each, 1, 0);
        for (int channel = 0; channel < count; channel++) {
            originals.add(new Extremes(original, count, channel));
            rebuilts.add(new Extremes(rebuilt, count, channel));
        }
        sorted =
                Arrays.stream(scores.scores()).filter(Double::isFinite).sorted().toArray();
    }

    private static List<String> names(SourceRows rows, Normalization normalization, int count) {
        if (rows.columns().size() == count) {
            return rows.columns();
        }
        return normalization.columns().size() == count
                ? normalization.columns()
                : IntStream.rangeClosed(1, count).mapToObj(i -> "v" + i).toList();
    }

    /** @throws ApiException 422 if the data are no series, or so long that there is too little memory */
    static void require(EvaluationTarget target) {
        Dataset data = target.data();
        if (!target.isSeries()) {
            throw ApiException.impossible(
                    "data",
                    "These data are no series that lie in time, so there are no rows to score.",
                    "GET …/anomalies judges their samples.");
        }
        long rows = data.places().orElseThrow().rows().count();
        int channels = data.sampleShape().dimension(-1);
        long bytes = rows * bytesOfRow(channels);
        long most = Runtime.getRuntime().maxMemory() / SHARE_OF_SERIES;
        if (bytes > most || rows * channels > Integer.MAX_VALUE - 8) {
            throw ApiException.impossible(
                    "data",
                    String.format(
                            Locale.ROOT,
                            "To score %,d rows of %,d channels takes %s, at most %s are given to it.",
                            rows,
                            channels,
                            Failures.size(bytes),
                            Failures.size(most)),
                    "Start the server with more memory, HOURGLASS_JAVA_OPTS=-Xmx…, or score the file in parts.");
        }
    }

    /** While it is computed: sums of answers and scores as doubles, and all that is kept. */
    private static long bytesOfRow(int channels) {
        return 8L * (2 * channels + 1) + 4L * (3 * channels + 4);
    }

    /**
     * Runs the model over all windows.
     *
     * @param data that {@link #require} let pass
     * @param threads that compute
     * @throws InterruptedComputationException if this thread is interrupted
     */
    static ScoredSeries of(OpenModel model, Dataset data, RowScoring scoring, int threads, Job.Progress progress) {
        SamplePlaces places = data.places().orElseThrow();
        int channels = data.sampleShape().dimension(-1);
        int size = data.sampleShape().size();
        RowAnswers answers = new RowAnswers(places, channels, RowAnswers.Overlap.MEAN);
        float[] original = new float[places.rows().count() * channels];
        Arrays.fill(original, Float.NaN);
        float[] sample = new float[size];
        StepScores scores;
        try (Inference inference = Inference.of(model.autoencoder(), threads);
                ChainInference code = scoring.code(model.file(), threads)) {
            Reconstruction rebuilding = (from, count, into) -> {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Scoring");
                inference.reconstruct(data::copySample, from, count, into);
                for (int i = 0; i < count; i++) {
                    answers.add(from + i, into, i * size);
                    data.copySample(from + i, sample, 0);
                    System.arraycopy(
                            sample, 0, original, places.start(from + i) * channels, places.length(from + i) * channels);
                }
                progress.at((from + count) / (double) data.size());
            };
            scores = scoring.finished(StepScores.of(
                    scoring.judged(rebuilding, data),
                    code == null ? SampleCodes.none() : SampleCodes.of(code, data),
                    data,
                    scoring.errors(),
                    scoring.overlap(),
                    index -> true));
        }
        data.requireUnchanged();
        Normalization normalization = data.normalization();
        float[] rebuilt = new float[original.length];
        answers.forEach((row, answer) -> {
            normalization.restore(answer, 0, channels);
            System.arraycopy(answer, 0, rebuilt, row * channels, channels);
        });
        normalization.restore(original, 0, original.length);
        return new ScoredSeries(scores, data, original, rebuilt);
    }

    StepScores scores() {
        return scores;
    }

    SamplePlaces places() {
        return places;
    }

    SourceRows rows() {
        return places.rows();
    }

    List<String> classNames() {
        return classNames;
    }

    /** What the channels are called. */
    List<String> channels() {
        return channels;
    }

    /** A number as the file has it, as nearly as 32 bits can say; NaN where no window has the row. */
    float original(int row, int channel) {
        return original[row * channels.size() + channel];
    }

    Extremes score() {
        return score;
    }

    Extremes original(int channel) {
        return originals.get(channel);
    }

    Extremes rebuilt(int channel) {
        return rebuilts.get(channel);
    }

    /** How many rows have a score. */
    int scored() {
        return sorted.length;
    }

    /** The score that a share of all rows does not exceed; NaN where no row has one. */
    double quantile(double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    /** How many rows have a score above the threshold. */
    int above(double threshold) {
        int at = Arrays.binarySearch(sorted, threshold);
        int first = at < 0 ? -at - 1 : at;
        while (first < sorted.length && sorted[first] <= threshold) {
            first++;
        }
        return sorted.length - first;
    }

    /** When a row was measured; null where that is not known. */
    @org.jspecify.annotations.Nullable
    String time(int row) {
        return rows().times() == null ? null : rows().times().begin(row);
    }

    @Override
    public long bytes() {
        return rows().count() * (20L + 12L * channels.size());
    }
}
