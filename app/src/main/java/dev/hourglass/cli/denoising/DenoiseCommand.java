package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.images.PictureFiles;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.detect.filters.DenoisingTrial;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.PictureRebuild;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hourglass denoise}: what a model makes of noisy pictures or series, and whether filters do better. */
@Command(
        name = "denoise",
        header = "Remove noise from pictures or a series, and say whether a filter does better.",
        description = {
            "",
            "Sends pictures of any size through a model that was trained to denoise (docs/denoising.md), patch by patch"
                    + " and without seams, and writes each as PNG under its name. Of a series, the windows overlap and"
                    + " are averaged, and a CSV file gets its rows in their own units.",
            "With --clean, or with --noise upon clean data, PSNR and SSIM are measured beside median, Gaussian and"
                    + " wavelet filters and non-local means, each at the strength that is best for it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass denoise model.keras --data noisy/ --out clean/",
            "  hourglass denoise model.keras --data noisy/ --out out/ --clean truth/ --report report/",
            "  hourglass denoise model.keras --data mnist:test --noise gaussian=0.1,0.3,0.5 --report report/",
            "  hourglass denoise lstm.keras --data pump.csv --out smooth.csv",
            "  hourglass denoise lstm.keras --data pump.csv --impute --out filled.csv"
        })
public final class DenoiseCommand implements Runnable {
    private static final int FOR_PARTS = 4;

    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description = "The folder to write pictures to, new or empty; of a series the CSV file to write.")
    private @Nullable Path out;

    @Option(
            names = "--clean",
            paramLabel = "SOURCE",
            description = "The same data without noise: a folder with the same file names, or a file or data set of the"
                    + " same kind as --data.")
    private @Nullable String clean;

    @Option(
            names = "--noise",
            paramLabel = "KIND[=LEVELS]",
            converter = NoiseLevels.Converter.class,
            description =
                    "Take the data as clean and add noise: gaussian, salt_and_pepper, masking or blur, at levels such"
                            + " as gaussian=0.1,0.3 (default: five); a share of the range of the data, a rate, or the"
                            + " blur's sigma. Without --limit, the first 100 pictures.")
    private @Nullable NoiseLevels noise;

    @Option(
            names = "--impute",
            description =
                    "Fill the gaps of a series (CSV) and leave all else as it is: from linear interpolation on, by"
                            + " what the model rebuilds, five times over. Says how well that does on gaps of its own"
                            + " making, beside linear interpolation.")
    private boolean impute;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Also write what was measured: denoising.csv, and of pictures denoising.png.")
    private @Nullable Path report;

    @Option(
            names = "--patches",
            paramLabel = "OVERLAP",
            description = "By how many pixels patches overlap (default: a quarter of the model's input).")
    private @Nullable Integer overlap;

    @Option(names = "--seed", paramLabel = "N", description = "Of the noise that is added (default: 42).")
    private long seed = 42;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    public DenoiseCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        requireOptions();
        SavedModel given = model.read(() -> firstShape());
        if (given.readsSeveral()) {
            throw new CommandException("Model '" + given.name() + "' reads " + given.describeInputs()
                    + "; to denoise takes a model of one input. 'reconstruct' rebuilds those of several.");
        }
        SavedModel chain = given.whole();
        if (!chain.output().equals(chain.input())) {
            throw new CommandException("Model '" + chain.name() + "' turns " + chain.input() + " into " + chain.output()
                    + "; to denoise takes one that gives what it reads. Choose another, or name its output with"
                    + " --output.");
        }
        if (impute) {
            impute(chain);
            return;
        }
        Optional<Path> folder = pictureFolder(data.source());
        if (folder.isEmpty() && chain.input().rank() < 3) {
            Dataset windows = data.openOverlapping(
                    data.source(), chain, Math.max(1, chain.input().dimension(0) / FOR_PARTS), catalog, terminal);
            if (SeriesDenoising.isSeries(windows)) {
                series(chain, windows);
                return;
            }
        }
        try (ChainInference inference = ChainInference.of(chain.graph(), chain.parameters(), threads.count())) {
            pictures(new PictureRebuild(inference::run, chain.input(), overlap), source(data.source(), chain));
        } catch (IOException e) {
            throw new CommandException("Can't write: " + Failures.reason(e) + ". Choose another folder.", e);
        }
    }

    private void requireOptions() {
        if (noise == null && out == null) {
            throw usage("Missing option: '--out PATH' (or '--noise KIND', to measure only)");
        }
        if (noise != null && (out != null || clean != null)) {
            throw usage("--noise takes the data as clean and measures only: leave out "
                    + (out != null ? "--out (--report FOLDER writes what was measured)" : "--clean"));
        }
        if (impute && (noise != null || clean != null || report != null)) {
            throw usage("--impute judges by gaps of its own making: leave out --noise, --clean and --report");
        }
        if (report != null && noise == null && clean == null) {
            throw usage("--report needs clean data to measure by: give --clean or --noise");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The size of what lies there, for a model that leaves it open. */
    private Shape firstShape() {
        Optional<Path> folder = pictureFolder(data.source());
        if (folder.isEmpty()) {
            return data.sampleShape(catalog, terminal);
        }
        PictureFiles.Named first = PictureFiles.of(folder.get()).named().getFirst();
        try {
            PictureSource.Pixels pixels = new PictureSource.OfFolder(
                            folder.get(), List.of(first), 3, data.background(), Normalization.NONE)
                    .read(0);
            return pixels.shape();
        } catch (IOException e) {
            throw new CommandException("Can't read " + first.file() + ": " + Failures.reason(e) + ". Give --input.", e);
        }
    }

    private static Optional<Path> pictureFolder(String source) {
        try {
            Path path = Path.of(source);
            return !source.isBlank()
                            && Files.isDirectory(path)
                            && TableFolder.content(path).tables() == 0
                    ? Optional.of(path)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private PictureSource source(String of, SavedModel chain) {
        Optional<Path> folder = pictureFolder(of);
        if (folder.isEmpty()) {
            Dataset pictures = data.openPictures(of, chain, catalog, terminal);
            if (pictures.sampleShape().rank() < 2 || pictures.sampleShape().rank() > 3) {
                throw new CommandException("The samples of " + of + " are " + pictures.sampleShape()
                        + "; expected a folder of pictures, pictures [height, width, channels], or a table of a series."
                        + " Give such data.");
            }
            return new PictureSource.OfDataset(pictures);
        }
        return PictureSource.ofFolder(folder.get(), data, chain, terminal);
    }

    private void pictures(PictureRebuild rebuild, PictureSource pictures) throws IOException {
        PictureDenoising denoising = new PictureDenoising(rebuild, pictures, terminal);
        DenoisingReport measured = new DenoisingReport();
        PictureDenoising.Shown shown = new PictureDenoising.Shown();
        NoiseLevels added = noise;
        if (added != null) {
            int middle = added.levels().size() / 2;
            for (int i = 0; i < added.levels().size(); i++) {
                float level = added.levels().get(i);
                PictureDenoising.Shown of = i == middle ? shown : new PictureDenoising.Shown();
                DenoisingTrial.Outcome outcome =
                        denoising.trial(added, level, data.limit(), seed, of).outcome();
                measured.add(added.words(level), outcome);
                if (i == middle && report != null) {
                    denoising.draw(report.resolve("denoising.png"), added.words(level), outcome, shown);
                }
            }
            denoising.listSkipped();
            finish(measured, "pictures");
            return;
        }
        Path folder = Objects.requireNonNull(out);
        requireEmpty(folder);
        PictureSource truth =
                clean == null ? null : PictureSource.Partners.of(pictures, partnerSource(pictures, clean));
        DenoisingTrial trial = denoising.write(folder, data.limit(), truth, shown);
        if (trial != null) {
            DenoisingTrial.Outcome outcome = trial.outcome();
            measured.add("Noise of the data", outcome);
            if (report != null) {
                denoising.draw(report.resolve("denoising.png"), "Noise of the data", outcome, shown);
            }
            finish(measured, "pictures");
        }
    }

    private PictureSource partnerSource(PictureSource noisy, String of) {
        if (noisy instanceof PictureSource.OfFolder folder) {
            Path truth = pictureFolder(of)
                    .orElseThrow(() -> new CommandException(
                            "--clean must be a folder of pictures, as --data is, found '" + of + "'."));
            return new PictureSource.OfFolder(
                    truth,
                    PictureFiles.of(truth).named(),
                    folder.channels(),
                    folder.background(),
                    folder.normalization());
        }
        return source(of, model.read());
    }

    private void finish(DenoisingReport measured, String what) {
        measured.print(terminal, what);
        if (report != null) {
            measured.write(report.resolve("denoising.csv"));
            terminal.println("Written: " + report);
        }
    }

    private void requireEmpty(Path folder) {
        try {
            if (Files.exists(folder)) {
                boolean empty = false;
                if (Files.isDirectory(folder)) {
                    try (Stream<Path> inside = Files.list(folder)) {
                        empty = inside.findAny().isEmpty();
                    }
                }
                if (!empty) {
                    throw new CommandException("Can't write pictures to " + folder
                            + ": expected a new or empty folder. Choose another, so that nothing is overwritten.");
                }
            }
        } catch (IOException e) {
            throw CommandException.unwritable(folder, e);
        }
    }

    private void requireCsv() {
        if (out != null && !out.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
            throw usage("Can't write " + out + ": expected a name that ends with .csv, as the data are a series");
        }
    }

    private void impute(SavedModel chain) {
        requireCsv();
        Path table = tableFile(chain);
        Dataset windows =
                data.openFilled(chain, Math.max(1, chain.input().dimension(0) / FOR_PARTS), catalog, terminal);
        if (!SeriesDenoising.isSeries(windows) || data.limit() != Integer.MAX_VALUE) {
            throw new CommandException("Can't fill gaps of " + table + ": expected a table of a series, all of it. Give"
                    + " such a table, without --limit.");
        }
        try (ChainInference inference = ChainInference.of(chain.graph(), chain.parameters(), threads.count())) {
            new SeriesImputation(inference, windows, terminal)
                    .run(table, data.tableOptions(chain), Objects.requireNonNull(out), seed);
        }
    }

    private Path tableFile(SavedModel chain) {
        boolean text = false;
        try {
            Path file = Path.of(data.source());
            text = Files.isRegularFile(file) && TableReader.isText(file);
            if (text && chain.input().rank() == 2) {
                return file;
            }
        } catch (InvalidPathException e) {
            // The same mistake as a file of another kind.
        }
        throw new CommandException(
                text
                        ? "Model '" + chain.name() + "' reads " + chain.input()
                                + "; to fill gaps takes one that reads windows [steps, features]. Choose another."
                        : "Can't fill gaps of " + data.source() + ": expected a table as text, such as CSV. Give one.");
    }

    private void series(SavedModel chain, Dataset windows) {
        requireCsv();
        try (ChainInference inference = ChainInference.of(chain.graph(), chain.parameters(), threads.count())) {
            SeriesDenoising denoising = new SeriesDenoising(inference, windows, terminal);
            DenoisingReport measured = new DenoisingReport();
            NoiseLevels added = noise;
            if (added != null) {
                for (float level : added.levels()) {
                    measured.add(added.words(level), denoising.trial(added, level, seed));
                }
                finish(measured, "series");
                return;
            }
            Dataset truth = clean == null
                    ? null
                    : data.openOverlapping(
                            clean, chain, Math.max(1, chain.input().dimension(0) / FOR_PARTS), catalog, terminal);
            Optional<DenoisingTrial.Outcome> outcome = denoising.write(Objects.requireNonNull(out), truth);
            if (outcome.isPresent()) {
                measured.add("Noise of the data", outcome.get());
                finish(measured, "series");
            }
        }
    }
}
