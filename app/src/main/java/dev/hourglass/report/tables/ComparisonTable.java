package dev.hourglass.report.tables;

import dev.hourglass.engine.Loss;
import dev.hourglass.evaluate.errors.ImageQuality;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.PeakMemory;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.results.StitchedPictures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The models of a run side by side.
 *
 * @param models in the recipe's order
 * @param bestFor what each is the best of, in that order
 */
public record ComparisonTable(List<ModelResult> models, List<String> bestFor) {
    /**
     * One measure of all models, written for people.
     *
     * @param values one per model
     */
    public record Line(String measure, List<String> values) {
        public Line {
            values = List.copyOf(values);
        }
    }

    /** A column of the CSV. */
    private record Column(String name, Function<ModelResult, Object> value) {}

    public ComparisonTable {
        models = List.copyOf(models);
        bestFor = List.copyOf(bestFor);
    }

    public static ComparisonTable of(RunResult run) {
        List<BestFor.Contender> contenders =
                run.models().stream().map(ComparisonTable::contender).toList();
        return new ComparisonTable(
                run.models(),
                IntStream.range(0, contenders.size())
                        .mapToObj(place -> BestFor.of(place, contenders))
                        .toList());
    }

    private static BestFor.Contender contender(ModelResult model) {
        return new BestFor.Contender(
                model.data(),
                model.data().title(),
                model.test().mse(),
                model.pcaMse(),
                model.spec().compressionRatio(),
                model.parameters(),
                model.history().totalSeconds(),
                model.test().samplesPerSecond());
    }

    /** The models' names as people read them: the heads of the columns of {@link #lines}. */
    public List<String> heads() {
        return models.stream().map(Names::model).toList();
    }

    /** The table for people: one line per measure, one column per model; without measures that no model has. */
    public List<Line> lines() {
        List<Line> lines = List.of(
                line("Data", model -> model.data().name()),
                line("Training samples", model -> Numbers.count(model.data().trainingSamples())),
                line("Loss", this::loss),
                line("Test samples", model -> Numbers.count(model.data().testSamples())),
                line(
                        "Reconstruction MSE (test set)",
                        model -> Numbers.error(model.test().mse())),
                line(
                        "Reconstruction MAE (test set)",
                        model -> Numbers.error(model.test().mae())),
                line("PSNR (mean over images)", model -> unit("%.2f dB", psnr(model))),
                line("SSIM (mean over images)", model -> unit("%.3f", ssim(model))),
                line("MSE of whole pictures, stitched", model -> whole(model, StitchedPictures::mse, "%.6f")),
                line("PSNR of whole pictures (mean)", model -> whole(model, StitchedPictures::psnr, "%.2f dB")),
                line("SSIM of whole pictures (mean)", model -> whole(model, StitchedPictures::ssim, "%.3f")),
                line("PSNR of noisy pictures (mean)", model -> whole(model, StitchedPictures::noisyPsnr, "%.2f dB")),
                line("MSE of PCA, same latent size", model -> orAbsent(model.pcaMse(), Numbers.error(model.pcaMse()))),
                line("MAE of PCA, same latent size", model -> orAbsent(model.pcaMae(), Numbers.error(model.pcaMae()))),
                line("MSE over PCA's", model -> orAbsent(mseToPca(model), Numbers.factor(mseToPca(model)))),
                line(
                        "MSE over the noise floor",
                        model -> orAbsent(mseToFloor(model), Numbers.factor(mseToFloor(model)))),
                line(
                        "Original dimensions",
                        model -> Numbers.count(model.spec().input().size())),
                line("Latent dimensions", model -> Names.waist(model.spec())),
                line("Compression", model -> Numbers.ratio(model.spec().compressionRatio())),
                line("Space saved", model -> unit("%.2f%%", compressionPercent(model))),
                line("Parameters", model -> Numbers.count(model.parameters())),
                line(
                        "Training time, with validation",
                        model -> Numbers.duration(model.history().totalSeconds())),
                line("Time per epoch, with validation", model -> Numbers.duration(model.secondsPerEpoch())),
                line("Peak memory while training" + memoryOf(), model -> Numbers.bytes(peakBytes(model))),
                line(
                        "Reconstruction throughput",
                        model -> throughput(model.test().samplesPerSecond())));
        return lines.stream()
                .filter(line -> !line.values().stream().allMatch(Numbers.ABSENT::equals))
                .toList();
    }

    private Line line(String measure, Function<ModelResult, String> value) {
        return new Line(measure, models.stream().map(value).toList());
    }

    /** The loss that was optimised; left out where all models have the usual one. */
    private String loss(ModelResult model) {
        boolean usual = models.stream().allMatch(each -> each.history().loss() instanceof Loss.MeanSquaredError);
        return usual ? Numbers.ABSENT : model.history().loss().inWords();
    }

    private static double psnr(ModelResult model) {
        ImageQuality quality = model.evaluation().quality();
        return quality == null ? Double.NaN : quality.psnr();
    }

    private static double ssim(ModelResult model) {
        ImageQuality quality = model.evaluation().quality();
        return quality == null ? Double.NaN : quality.ssim();
    }

    /** Of pictures that were cut into patches. */
    private static String whole(ModelResult model, ToDoubleFunction<StitchedPictures> of, String format) {
        StitchedPictures whole = model.evaluation().whole();
        return whole == null ? Numbers.ABSENT : unit(format, of.applyAsDouble(whole));
    }

    /** The model's test MSE over PCA's: above 1 PCA reconstructs better. NaN if PCA was not measured. */
    private static double mseToPca(ModelResult model) {
        return model.test().mse() / model.pcaMse();
    }

    /** NaN where nobody knows the noise. */
    private static double mseToFloor(ModelResult model) {
        SignalErrors signal = model.evaluation().signal();
        return signal == null ? Double.NaN : model.test().mse() / signal.noiseFloor();
    }

    /** How much less the code is than the sample, in percent. */
    private static double compressionPercent(ModelResult model) {
        return 100 * (1 - 1 / model.spec().compressionRatio());
    }

    private static double peakBytes(ModelResult model) {
        PeakMemory memory = model.evaluation().memory();
        return memory == null ? Double.NaN : memory.bytes();
    }

    private String memoryOf() {
        return models.stream()
                .map(model -> model.evaluation().memory())
                .filter(Objects::nonNull)
                .findFirst()
                .map(memory -> " (" + memory.of() + ")")
                .orElse("");
    }

    private static String unit(String format, double value) {
        return orAbsent(value, String.format(Locale.ROOT, format, value));
    }

    private static String orAbsent(double value, String text) {
        return Double.isFinite(value) ? text : Numbers.ABSENT;
    }

    private static String throughput(double samplesPerSecond) {
        return orAbsent(samplesPerSecond, Numbers.count(Math.round(samplesPerSecond)) + " samples/s");
    }

    /** For each model that is the best of something, a line that says of what. */
    public List<String> leaders() {
        List<String> leaders = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            if (!bestFor.get(i).isEmpty()) {
                leaders.add(Names.model(models.get(i)) + " is best for " + bestFor.get(i));
            }
        }
        return leaders;
    }

    /** Aligned columns for a terminal, ending in a newline. */
    public String toText() {
        Line head = new Line("", heads());
        List<Line> body = lines();
        int label =
                body.stream().mapToInt(line -> line.measure().length()).max().orElse(0);
        int[] widths = new int[models.size()];
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
        leaders().forEach(leader -> text.append(leader).append('\n'));
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

    /** One line per model, numbers in full precision, an empty field where nothing was measured. */
    public String toCsv() {
        List<Column> columns = List.of(
                new Column("model", model -> model.spec().name()),
                new Column("data", model -> model.data().name()),
                new Column("training_samples", model -> model.data().trainingSamples()),
                new Column("test_samples", model -> model.data().testSamples()),
                new Column("test_mse", model -> model.test().mse()),
                new Column("test_mae", model -> model.test().mae()),
                new Column("psnr_db", ComparisonTable::psnr),
                new Column("ssim", ComparisonTable::ssim),
                new Column("pca_mse", ModelResult::pcaMse),
                new Column("pca_mae", ModelResult::pcaMae),
                new Column("mse_to_pca", ComparisonTable::mseToPca),
                new Column("mse_to_noise_floor", ComparisonTable::mseToFloor),
                new Column("original_size", model -> model.spec().input().size()),
                new Column(
                        "latent_shape", model -> Names.dimensions(model.spec().latent())),
                new Column("latent_size", model -> model.spec().latentSize()),
                new Column("compression_ratio", model -> model.spec().compressionRatio()),
                new Column("compression_percent", ComparisonTable::compressionPercent),
                new Column("parameters", ModelResult::parameters),
                new Column("training_seconds", model -> model.history().totalSeconds()),
                new Column("seconds_per_epoch", ModelResult::secondsPerEpoch),
                new Column("peak_memory_bytes", ComparisonTable::peakBytes),
                new Column(
                        "reconstruction_samples_per_second",
                        model -> model.test().samplesPerSecond()),
                new Column("best_for", model -> bestFor.get(models.indexOf(model))),
                new Column("loss", model -> model.history().loss().text()));
        StringBuilder csv =
                new StringBuilder(Csv.line(columns.stream().map(Column::name).toArray()));
        for (ModelResult model : models) {
            csv.append(Csv.line(
                    columns.stream().map(column -> column.value().apply(model)).toArray()));
        }
        return csv.toString();
    }
}
