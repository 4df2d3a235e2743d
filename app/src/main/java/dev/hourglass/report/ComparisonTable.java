package dev.hourglass.report;

import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The models of a run side by side.
 *
 * @param rows one a model, in the recipe's order
 */
public record ComparisonTable(List<Row> rows) {
    /**
     * One model in numbers.
     *
     * @param model the model's name
     * @param data what it was trained and judged on
     * @param input the shape of one sample
     * @param latent the shape of the code
     * @param testMse mean squared error of the reconstruction on the test set
     * @param testMae mean absolute error of the reconstruction on the test set
     * @param pcaMse test MSE of PCA with as many components as the code has numbers; NaN if not measured
     * @param parameters moving statistics included
     * @param trainingSeconds all epochs, validation included
     * @param secondsPerEpoch the mean, validation included; NaN if no epoch was run
     * @param samplesPerSecond throughput of the reconstruction
     */
    public record Row(
            String model,
            RunData data,
            Shape input,
            Shape latent,
            double testMse,
            double testMae,
            double pcaMse,
            int parameters,
            double trainingSeconds,
            double secondsPerEpoch,
            double samplesPerSecond) {
        /** Numbers in over numbers at the waist. */
        public double compressionRatio() {
            return (double) input.size() / latent.size();
        }

        /** The model's test MSE over PCA's: above 1 PCA reconstructs better. NaN if PCA was not measured. */
        public double mseToPca() {
            return testMse / pcaMse;
        }
    }

    /**
     * One measure of all models, written for people.
     *
     * @param values one a model
     */
    public record Line(String measure, List<String> values) {
        public Line {
            values = List.copyOf(values);
        }
    }

    public ComparisonTable {
        rows = List.copyOf(rows);
    }

    public static ComparisonTable of(RunResult run) {
        return new ComparisonTable(
                run.models().stream().map(ComparisonTable::row).toList());
    }

    private static Row row(ModelResult model) {
        return new Row(
                model.spec().name(),
                model.data(),
                model.spec().input(),
                model.spec().latent(),
                model.test().mse(),
                model.test().mae(),
                model.pcaMse(),
                model.parameters(),
                model.history().totalSeconds(),
                model.secondsPerEpoch(),
                model.test().samplesPerSecond());
    }

    /** The models' names as people read them: the heads of the columns of {@link #lines}. */
    public List<String> heads() {
        return rows.stream().map(row -> Names.model(row.model())).toList();
    }

    /** The table for people: a line a measure, a column a model. */
    public List<Line> lines() {
        return List.of(
                line("Data", row -> row.data().name()),
                line("Training samples", row -> Numbers.count(row.data().trainingSamples())),
                line("Test samples", row -> Numbers.count(row.data().testSamples())),
                line("Reconstruction MSE (test set)", row -> Numbers.error(row.testMse())),
                line("Reconstruction MAE (test set)", row -> Numbers.error(row.testMae())),
                line("MSE of PCA, same latent size", row -> orAbsent(row.pcaMse(), Numbers.error(row.pcaMse()))),
                line("MSE over PCA's", row -> orAbsent(row.mseToPca(), Numbers.factor(row.mseToPca()))),
                line("Original dimensions", row -> Numbers.count(row.input().size())),
                line("Latent dimensions", row -> Names.size(row.latent())),
                line("Compression", row -> Numbers.ratio(row.compressionRatio())),
                line("Parameters", row -> Numbers.count(row.parameters())),
                line("Training time, with validation", row -> Numbers.duration(row.trainingSeconds())),
                line("Time per epoch, with validation", row -> Numbers.duration(row.secondsPerEpoch())),
                line("Reconstruction throughput", row -> throughput(row.samplesPerSecond())));
    }

    private Line line(String measure, Function<Row, String> value) {
        return new Line(measure, rows.stream().map(value).toList());
    }

    private static String orAbsent(double value, String text) {
        return Double.isFinite(value) ? text : Numbers.ABSENT;
    }

    private static String throughput(double samplesPerSecond) {
        return orAbsent(samplesPerSecond, Numbers.count(Math.round(samplesPerSecond)) + " samples/s");
    }

    /** Aligned columns for a terminal, ending in a newline. */
    public String toText() {
        Line head = new Line("", heads());
        List<Line> body = lines();
        int label =
                body.stream().mapToInt(line -> line.measure().length()).max().orElse(0);
        int[] widths = new int[rows.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Stream.concat(Stream.of(head), body.stream())
                    .mapToInt(line -> line.values().get(column).length())
                    .max()
                    .orElse(0);
        }
        StringBuilder text = new StringBuilder(aligned(head, label, widths));
        text.repeat('─', text.length() - 1).append('\n');
        body.forEach(line -> text.append(aligned(line, label, widths)));
        return text.toString();
    }

    private static String aligned(Line line, int label, int[] widths) {
        StringBuilder text = new StringBuilder(line.measure())
                .repeat(' ', label - line.measure().length());
        for (int i = 0; i < widths.length; i++) {
            String value = line.values().get(i);
            text.repeat(' ', 3 + widths[i] - value.length()).append(value);
        }
        return text.append('\n').toString();
    }

    /** One line a model, numbers in full precision, an empty field where nothing was measured. */
    public String toCsv() {
        StringBuilder csv = new StringBuilder(Csv.line(
                "model",
                "data",
                "training_samples",
                "test_samples",
                "test_mse",
                "test_mae",
                "pca_mse",
                "mse_to_pca",
                "original_size",
                "latent_shape",
                "latent_size",
                "compression_ratio",
                "parameters",
                "training_seconds",
                "seconds_per_epoch",
                "reconstruction_samples_per_second"));
        for (Row row : rows) {
            csv.append(Csv.line(
                    row.model(),
                    row.data().name(),
                    row.data().trainingSamples(),
                    row.data().testSamples(),
                    row.testMse(),
                    row.testMae(),
                    row.pcaMse(),
                    row.mseToPca(),
                    row.input().size(),
                    Names.dimensions(row.latent()),
                    row.latent().size(),
                    row.compressionRatio(),
                    row.parameters(),
                    row.trainingSeconds(),
                    row.secondsPerEpoch(),
                    row.samplesPerSecond()));
        }
        return csv.toString();
    }
}
