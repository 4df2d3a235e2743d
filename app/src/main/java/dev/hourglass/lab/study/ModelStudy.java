package dev.hourglass.lab.study;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.Split;
import dev.hourglass.data.Subset;
import dev.hourglass.data.images.WholePictures;
import dev.hourglass.data.series.SyntheticSequences;
import dev.hourglass.engine.Inference;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Target;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.evaluate.errors.Evaluation;
import dev.hourglass.evaluate.errors.ImageQuality;
import dev.hourglass.evaluate.errors.ReconstructionError;
import dev.hourglass.evaluate.latent.CodebookUse;
import dev.hourglass.evaluate.latent.Prior;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.pca.PrincipalRegression;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.Splits;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelEvaluation.Extreme;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.report.results.PriorSamples;
import dev.hourglass.report.results.RunData;
import dev.hourglass.tensor.Shape;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Evaluates the trained models of one data set, beside PCA. Depends on the models and the data alone (but for
 * the times), so a run that was resumed is evaluated as one that never stopped.
 */
public final class ModelStudy {
    private static final int EXTREMES = 10;
    /** SSIM's window. */
    private static final int SMALLEST_IMAGE = 11;
    /** Codes on a plane. Of more, neighbours take minutes, and points cover each other. */
    private static final int MOST_SHOWN = 20_000;

    private static final int CODES_AT_ONCE = 256;

    /** Of a variational model, shown as a square. */
    private static final int PRIOR_SAMPLES = 64;
    /** Of a variational model whose codes lie on a plane. */
    private static final int PLANE_SIDE = 20;

    private final Splits splits;
    private final RunData data;
    private final PrincipalComponents pca;
    private final Optional<SyntheticSequences> truth;
    private final Optional<LabelProbes> probes;
    private final ProgressReporter reporter;

    private ModelStudy(
            Splits splits,
            RunData data,
            PrincipalComponents pca,
            Optional<SyntheticSequences> truth,
            Optional<LabelProbes> probes,
            ProgressReporter reporter) {
        this.splits = splits;
        this.data = data;
        this.pca = pca;
        this.truth = truth;
        this.probes = probes;
        this.reporter = reporter;
    }

    /**
     * Looks before training whether {@link #of} will have the memory.
     *
     * @throws LabException if Java has less in all
     */
    public static void requireMemory(Splits splits, int widest) {
        int components = components(splits.training(), widest);
        long needed =
                PrincipalComponents.bytesToFit(splits.training().sampleShape().size(), components) >> 20;
        long most = Runtime.getRuntime().maxMemory() >> 20;
        if (needed > most) {
            throw new LabException(String.format(
                    Locale.ROOT,
                    "The comparison with PCA of %,d components needs %,d MB of memory for samples %s of %s, found %,d"
                            + " MB in all. Make the waist narrower or the samples smaller, or give Java more with"
                            + " HOURGLASS_JAVA_OPTS=-Xmx%dg.",
                    components,
                    needed,
                    splits.training().sampleShape(),
                    splits.training().name(),
                    most,
                    (needed >> 10) + 1));
        }
    }

    /** As many as the widest waist has numbers. A few samples span fewer dimensions; more would add nothing. */
    private static int components(Dataset training, int widest) {
        return Math.clamp(
                training.size() - 1, 1, Math.min(widest, training.sampleShape().size()));
    }

    /**
     * Fits PCA once, with as many components as the widest waist has numbers: its first k are PCA with k.
     *
     * @param name of the data
     * @param examples how many test samples are shown
     * @param widest of the latent sizes that will be compared with
     */
    public static ModelStudy of(
            String name, Splits splits, int examples, int widest, int threads, ProgressReporter reporter) {
        Dataset training = splits.training();
        int most = components(training, widest);
        reporter.working(String.format(
                Locale.ROOT, "Fitting PCA with %,d components to %,d samples, for comparison", most, training.size()));
        PrincipalComponents pca = PrincipalComponents.fit(training, most, threads);
        // The signals are those of whole windows.
        boolean generated = splits.test().name().equals("sequences:test")
                && splits.test().next().isEmpty();
        Optional<SyntheticSequences> truth =
                generated ? Optional.of(SyntheticSequences.of(Split.TEST)) : Optional.empty();
        Dataset test = splits.test();
        RunData data = new RunData(
                name,
                test.sampleShape(),
                training.size(),
                test.size(),
                test.classNames(),
                examples(test, Math.min(examples, test.size()), truth),
                times(test),
                names(test));
        Optional<LabelProbes> probes =
                LabelProbes.apply(splits) ? Optional.of(new LabelProbes(splits, threads, reporter)) : Optional.empty();
        return new ModelStudy(splits, data, pca, truth, probes, reporter);
    }

    private static List<RunData.Interval> times(Dataset test) {
        return test.times().map(ModelStudy::intervals).orElse(List.of());
    }

    /** A view: a text for each of millions of samples would fill the memory. */
    private static List<RunData.Interval> intervals(SampleTimes times) {
        return new AbstractList<>() {
            @Override
            public RunData.Interval get(int sample) {
                return new RunData.Interval(times.begin(sample), times.end(sample));
            }

            @Override
            public int size() {
                return times.size();
            }
        };
    }

    /** The file of each, or the series that it was cut from. */
    private static List<String> names(Dataset test) {
        if (!test.sampleName(0).isEmpty()) {
            return IntStream.range(0, test.size()).mapToObj(test::sampleName).toList();
        }
        return test.places()
                .filter(places -> places.rows().ids() != null)
                .map(places -> IntStream.range(0, places.size())
                        .mapToObj(sample -> places.rows().seriesOf(places.start(sample)))
                        .toList())
                .orElse(List.of());
    }

    private static List<RunData.Example> examples(Dataset test, int count, Optional<SyntheticSequences> truth) {
        List<RunData.Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] sample = new float[test.sampleShape().size()];
            test.copySample(i, sample, 0);
            int index = i;
            examples.add(new RunData.Example(
                    test.hasLabels() ? className(test, test.label(i)) : "",
                    sample,
                    truth.map(known -> known.clean(index)).orElseGet(() -> new float[0])));
        }
        return examples;
    }

    private static String className(Dataset data, int label) {
        return label < data.classNames().size() ? data.classNames().get(label) : Integer.toString(label);
    }

    /** Test MSE of PCA with k components at place k. */
    public List<Double> pcaMseByComponents(int threads) {
        return Arrays.stream(pca.mseByComponents(splits.test(), threads))
                .boxed()
                .toList();
    }

    public ModelResult judge(TrainedModel trained) {
        ModelRecipe recipe = trained.recipe();
        AutoencoderSpec spec = recipe.spec();
        int threads = recipe.training().threads();
        Dataset test = splits.test().reshaped(spec.input());
        int components = Math.min(spec.keptSize(), pca.components());
        reporter.working(
                String.format(Locale.ROOT, "Reconstructing %,d test samples with %s", test.size(), recipe.name()));
        ReconstructionError error = Evaluation.reconstruction(trained.result().model(), test, threads);
        try (Inference inference = Inference.of(trained.result().model(), threads)) {
            Reconstruction own = (from, count, into) -> inference.reconstruct(test::copySample, from, count, into);
            Reconstruction rival = pca.reconstruction(splits.test(), components);
            ErrorReport errors =
                    ErrorReport.of(own, splits.test(), reporter.progress("Errors of " + recipe.name(), test.size()));
            // No rival of a model whose samples go around its waist: PCA has the code alone.
            ErrorReport ofPca = spec.bypass().isEmpty()
                    ? ErrorReport.inAll(rival, splits.test(), reporter.progress("Errors of PCA", test.size()))
                    : null;
            ModelEvaluation evaluation = ModelEvaluation.NONE
                    .withErrors(errors, ofPca)
                    .withMemory(trained.memory())
                    .withReferences(recipe.references())
                    .withExtremes(extremes(errors.best(EXTREMES), own), extremes(errors.worst(EXTREMES), own));
            if (isImage(splits.test().sampleShape())) {
                evaluation = evaluation.withQuality(ImageQuality.of(
                        own, splits.test(), 1, threads, reporter.progress("SSIM of " + recipe.name(), test.size())));
            }
            WholePictures whole = splits.whole();
            if (whole != null && !whole.pictures().isEmpty()) {
                evaluation = evaluation.withWhole(new WholePictureStudy(whole)
                        .of(
                                inference,
                                reporter.progress(
                                        "Whole pictures by " + recipe.name(),
                                        whole.pictures().size())));
            }
            if (Prior.isOf(spec)) {
                evaluation = evaluation.withPrior(
                        prior(spec, inference, recipe.training().seed()));
            }
            VectorCodes vectors = VectorCodes.of(
                            spec.graph(), trained.result().model().parameters(), spec.waist())
                    .orElse(null);
            if (vectors != null) {
                evaluation = evaluation.withCodebook(codebookUse(vectors, inference, test));
            }
            evaluation = evaluation.withPredictions(predictions(recipe, inference, components));
            if (truth.isPresent()) {
                evaluation = evaluation.withSignal(new SignalStudy(truth.get(), splits.test()).compare(own, rival));
            }
            if (Double.isFinite(errors.mse())) {
                evaluation = evaluation.withLatent(latent(trained.result().model(), recipe));
            }
            return new ModelResult(
                    spec,
                    data,
                    trained.result().model().parameters().count(),
                    trained.result().history(),
                    error,
                    ofPca == null ? Double.NaN : ofPca.mse(),
                    trained.result().model().parameters().sha256(),
                    reconstructions(own),
                    evaluation);
        }
    }

    private static CodebookUse codebookUse(VectorCodes vectors, Inference inference, Dataset test) {
        int places = vectors.places().size();
        int size = places * vectors.codebook().size();
        float[] codes = new float[CODES_AT_ONCE * size];
        float[] numbers = new float[CODES_AT_ONCE * places];
        CodebookUse.Counter count = new CodebookUse.Counter(vectors);
        for (int from = 0; from < test.size(); from += CODES_AT_ONCE) {
            int batch = Math.min(CODES_AT_ONCE, test.size() - from);
            inference.encode(test::copySample, from, batch, codes);
            vectors.number(codes, 0, batch, numbers);
            count.add(numbers, batch * places);
        }
        return count.use();
    }

    private List<Prediction> predictions(ModelRecipe recipe, Inference inference, int components) {
        List<String> outputs = recipe.training().loss().outputTerms().stream()
                .filter(term -> term.target() == Target.NEXT)
                .map(OutputTerm::output)
                .toList();
        if (outputs.isEmpty()) {
            return List.of();
        }
        PrincipalRegression linear = PrincipalRegression.fit(pca, components, splits.training());
        PredictionStudy study =
                new PredictionStudy(splits.test(), linear, data.examples().size());
        return outputs.stream().map(output -> study.of(output, inference)).toList();
    }

    private static PriorSamples prior(AutoencoderSpec spec, Inference inference, long seed) {
        List<float[]> drawn = decoded(spec, inference, Prior.draw(spec.latentSize(), PRIOR_SAMPLES, seed));
        boolean isPlane = spec.latentSize() == 2;
        return new PriorSamples(drawn, isPlane ? decoded(spec, inference, Prior.plane(PLANE_SIDE)) : List.of());
    }

    private static List<float[]> decoded(AutoencoderSpec spec, Inference inference, float[] codes) {
        int count = codes.length / spec.latentSize();
        int size = spec.input().size();
        float[] samples = new float[count * size];
        inference.decode(codes, count, samples);
        List<float[]> each = new ArrayList<>();
        for (int from = 0; from < samples.length; from += size) {
            each.add(Arrays.copyOfRange(samples, from, from + size));
        }
        return each;
    }

    private static boolean isImage(Shape shape) {
        return shape.rank() == 3 && Math.min(shape.dimension(0), shape.dimension(1)) >= SMALLEST_IMAGE;
    }

    private List<float[]> reconstructions(Reconstruction own) {
        int count = data.examples().size();
        int size = splits.test().sampleShape().size();
        float[] all = new float[count * size];
        own.rebuild(0, count, all);
        List<float[]> each = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            each.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
        }
        return each;
    }

    private List<Extreme> extremes(List<ErrorReport.OfSample> samples, Reconstruction own) {
        Dataset test = splits.test();
        List<Extreme> extremes = new ArrayList<>();
        for (ErrorReport.OfSample sample : samples) {
            float[] original = new float[test.sampleShape().size()];
            float[] rebuilt = new float[original.length];
            test.copySample(sample.index(), original, 0);
            own.rebuild(sample.index(), 1, rebuilt);
            Integer label = test.hasLabels() ? test.label(sample.index()) : null;
            extremes.add(new Extreme(sample.index(), label, sample.mse(), original, rebuilt));
        }
        return extremes;
    }

    private LatentSpace latent(Autoencoder model, ModelRecipe recipe) {
        Splits shaped = splits.reshaped(recipe.spec().input());
        int threads = recipe.training().threads();
        Subset shown = Subset.drawn(shaped.test(), MOST_SHOWN, recipe.training().seed());
        if (shown.isPart()) {
            reporter.working(String.format(
                    Locale.ROOT,
                    "Taking %,d of %,d test samples by chance for the pictures of codes",
                    shown.size(),
                    shaped.test().size()));
        }
        Points codes = codes(model, shown, threads);
        LatentStudy study = new LatentStudy(codes, threads);
        return new LatentSpace(
                shown.isPart()
                        ? IntStream.range(0, shown.size())
                                .mapToObj(shown::index)
                                .toList()
                        : List.of(),
                LatentStudy.labels(shown),
                study.tsne(reporter.progress("t-SNE of " + recipe.name() + "'s codes", LatentStudy.iterations())),
                study.pca(),
                probes.map(asked -> probe(asked, model, recipe)).orElse(List.of()));
    }

    private List<LatentSpace.Probe> probe(LabelProbes asked, Autoencoder model, ModelRecipe recipe) {
        Splits shaped = asked.asked().reshaped(recipe.spec().input());
        int threads = recipe.training().threads();
        List<LatentSpace.Probe> answers = new ArrayList<>();
        answers.add(asked.codes(codes(model, shaped.training(), threads), codes(model, shaped.test(), threads)));
        int components = Math.min(recipe.spec().keptSize(), pca.components());
        if (components > 0) {
            answers.add(asked.pca(pca, components));
        }
        answers.add(asked.raw(data.images() ? "raw pixels" : "raw samples"));
        return answers;
    }

    private static Points codes(Autoencoder model, Dataset data, int threads) {
        return Evaluation.codes(model, data, threads, done -> {});
    }
}
