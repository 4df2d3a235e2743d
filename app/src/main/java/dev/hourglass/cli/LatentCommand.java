package dev.hourglass.cli;

import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.PatchOption;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.Subset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.tsne.Embedding;
import dev.hourglass.evaluate.tsne.TSne;
import dev.hourglass.evaluate.tsne.TSneEvent;
import dev.hourglass.evaluate.tsne.TSneOptions;
import dev.hourglass.evaluate.tsne.Trustworthiness;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.ScatterFigure;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code hourglass latent}: the codes of samples on a plane. */
@Command(
        name = "latent",
        header = "Project the codes of samples onto a plane, as a picture or a table.",
        description = {
            "",
            "PCA shows the two directions along which codes vary most, true to scale. t-SNE keeps neighbours together;"
                    + " distances between groups and their sizes mean nothing there."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass latent cnn.keras --data mnist:test --out latent.png",
            "  hourglass latent cnn.keras --data mnist:test --method pca --out latent.svg",
            "  hourglass latent cnn.keras --data images.npy --labels labels.npy --out latent.csv"
        })
final class LatentCommand implements Runnable {
    private static final List<String> FORMATS = List.of(".png", ".svg", ".csv");
    private static final int NEIGHBOURS = 5;
    /** More points cover each other, and t-SNE of them takes minutes and memory. */
    private static final int MOST_SHOWN = 20_000;

    private static final long SEED = 42;
    /** Beyond, measuring the trustworthiness takes longer than the picture. */
    private static final int MOST_JUDGED = 20_000;

    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(names = "--method", paramLabel = "METHOD", description = "tsne (the default) or pca.")
    private Method method = Method.TSNE;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description =
                    "A picture, .png or .svg; or a table of x, y, label and, of a part of the samples, index, .csv.")
    private Path out = Path.of("");

    @Option(
            names = "--perplexity",
            paramLabel = "P",
            converter = Perplexity.class,
            description = "t-SNE: roughly how many neighbours count for each sample (default: 30).")
    private double perplexity = TSneOptions.defaults().perplexity();

    @Option(
            names = "--iterations",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "t-SNE: steps of gradient descent (default: 1000).")
    private int iterations = TSneOptions.defaults().iterations();

    @Option(
            names = "--sample",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "Of more than N samples, take N by chance; the same ones each time (default: 20000).")
    private int most = MOST_SHOWN;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    /** How many dimensions become two. */
    enum Method {
        TSNE,
        PCA
    }

    /** A perplexity. */
    static final class Perplexity implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                double value = Double.parseDouble(text);
                if (value >= 1 && value <= 1000) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException("expected a number from 1 to 1000, found '" + text + "'");
        }
    }

    /** A plane, and what there is to say about it. */
    private record Plane(Points points, String title, String note, String xAxis, String yAxis) {}

    LatentCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        if (FORMATS.stream().noneMatch(this::isFormat)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Can't write " + out + ": expected a name that ends with " + String.join(", ", FORMATS));
        }
        SavedModel whole = model.read(() -> data.sampleShape(catalog, terminal));
        SavedModel encoder = whole.encoder();
        Dataset all = data.open(encoder, catalog, terminal);
        Subset samples = Subset.drawn(all, most, SEED);
        if (samples.isPart()) {
            terminal.println(String.format(
                    Locale.ROOT,
                    "Taking %,d of %,d samples by chance; --sample N takes another number.",
                    samples.size(),
                    all.size()));
        }
        if (method == Method.TSNE && samples.size() <= perplexity) {
            throw new ParameterException(
                    spec.commandLine(),
                    "t-SNE needs more samples than its perplexity of " + perplexity + ", found " + samples.size()
                            + ". Lower --perplexity or give more data.");
        }
        Points codes = encode(encoder, samples);
        Plane plane = switch (method) {
            case TSNE -> embed(codes);
            case PCA -> project(codes);
        };
        try {
            write(whole, all, samples, codes, plane);
        } catch (IOException e) {
            throw CommandException.unwritable(out, e);
        }
        terminal.println(plane.note() + ": " + out);
    }

    private boolean isFormat(String format) {
        return out.toString().toLowerCase(Locale.ROOT).endsWith(format);
    }

    private Points encode(SavedModel encoder, Dataset samples) {
        int size = encoder.output().size();
        float[] codes = new float[Math.multiplyExact(samples.size(), size)];
        int[] filled = {0};
        try {
            new Pass("Encoding", encoder, samples, new PatchOption(), threads.count(), terminal)
                    .writeTo((rows, from, count) -> {
                        System.arraycopy(rows, from, codes, filled[0], count * size);
                        filled[0] += count * size;
                    });
        } catch (IOException e) {
            throw new IllegalStateException("Codes are only kept in memory", e);
        }
        for (int i = 0; i < codes.length; i++) {
            if (!Float.isFinite(codes[i])) {
                throw new CommandException("The code of sample " + i / size + " holds " + codes[i]
                        + ", so it can't be drawn. The model's training diverged, or the data is not what it"
                        + " was trained on.");
            }
        }
        return Points.of(codes, size);
    }

    private Plane embed(Points codes) {
        TSneOptions options = TSneOptions.defaults()
                .withPerplexity(perplexity)
                .withIterations(iterations)
                .withThreads(threads.count());
        Embedding embedding;
        try (Progress progress = new Progress(terminal, "t-SNE", iterations, "iterations")) {
            embedding = TSne.embed(codes, options, event -> {
                if (event instanceof TSneEvent.IterationFinished finished) {
                    progress.stepTo(finished.iteration());
                }
            });
        }
        String note = String.format(
                Locale.ROOT,
                "t-SNE of %,d codes of %,d numbers, KL divergence %.3f",
                codes.count(),
                codes.dimensions(),
                embedding.klDivergence());
        return new Plane(embedding.points(), "t-SNE", note + trust(codes, embedding.points()), "", "");
    }

    private String trust(Points codes, Points picture) {
        if (codes.count() > MOST_JUDGED || codes.count() <= 2 * NEIGHBOURS) {
            return "";
        }
        double trust = Trustworthiness.of(codes, picture, NEIGHBOURS, threads.count());
        return String.format(Locale.ROOT, ", trustworthiness %.3f", trust);
    }

    private Plane project(Points codes) {
        FloatDataset samples = FloatDataset.of("the codes", Shape.of(codes.dimensions()), codes.toArray());
        PrincipalComponents pca = PrincipalComponents.fit(samples, Math.min(2, codes.dimensions()), threads.count());
        Points points = plane(pca, samples);
        double[] left = pca.mseByComponents(samples, threads.count());
        double[] shares = new double[2];
        Arrays.setAll(
                shares, axis -> axis + 1 < left.length && left[0] > 0 ? (left[axis] - left[axis + 1]) / left[0] : 0);
        String note = String.format(
                Locale.ROOT,
                "PCA of %,d codes of %,d numbers, %.1f%% of their variance",
                codes.count(),
                codes.dimensions(),
                100 * (shares[0] + shares[1]));
        return new Plane(points, "PCA", note + trust(codes, points), axis(1, shares[0]), axis(2, shares[1]));
    }

    /** On fewer than two axes, the other coordinates are 0. */
    private Points plane(PrincipalComponents pca, FloatDataset samples) {
        float[] plane = new float[Math.multiplyExact(samples.size(), 2)];
        if (pca.components() > 0) {
            Points projected = pca.codes(samples, threads.count());
            for (int i = 0; i < samples.size(); i++) {
                for (int axis = 0; axis < pca.components(); axis++) {
                    plane[2 * i + axis] = projected.get(i, axis);
                }
            }
        }
        return Points.of(plane, 2);
    }

    private static String axis(int number, double share) {
        return String.format(Locale.ROOT, "principal component %d (%.1f%% of the variance)", number, 100 * share);
    }

    private void write(SavedModel model, Dataset all, Subset samples, Points codes, Plane plane) throws IOException {
        if (isFormat(".csv")) {
            writeTable(all, samples, plane.points());
            return;
        }
        ScatterFigure scatter = new ScatterFigure(
                plane.title() + " of the latent space of '" + model.name() + "'",
                List.of(samples.name(), plane.note()),
                plane.xAxis(),
                plane.yAxis());
        Figure figure = samples.hasLabels()
                ? scatter.draw(
                        plane.points(),
                        IntStream.range(0, codes.count()).map(samples::label).toArray(),
                        samples.classNames())
                : scatter.draw(plane.points());
        if (isFormat(".svg")) {
            figure.writeSvg(out);
        } else {
            figure.writePng(out);
        }
    }

    /** Samples of a part of the data are named by their places in it. */
    private void writeTable(Dataset all, Subset samples, Points points) throws IOException {
        CsvWriter.Lead lead = SampleColumns.of(all);
        StringBuilder csv = new StringBuilder(CsvWriter.line(lead.columns()))
                .append(lead.columns().isEmpty() ? "" : ",")
                .append("x,y")
                .append(samples.hasLabels() ? ",label" : "")
                .append(samples.isPart() ? ",index\n" : "\n");
        for (int i = 0; i < points.count(); i++) {
            csv.append(CsvWriter.line(lead.cells().apply(samples.index(i))));
            csv.append(lead.columns().isEmpty() ? "" : ",");
            csv.append(points.get(i, 0)).append(',').append(points.get(i, 1));
            if (samples.hasLabels()) {
                csv.append(',').append(samples.label(i));
            }
            if (samples.isPart()) {
                csv.append(',').append(samples.index(i));
            }
            csv.append('\n');
        }
        AtomicFile.write(out, csv.toString());
    }
}
