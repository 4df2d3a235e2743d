package dev.hourglass.cli;

import dev.hourglass.cli.arguments.CheckpointOptions;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.CompileSyntax;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code hourglass lab}: runs a whole recipe. */
@Command(
        name = "lab",
        header = "Run a lab: train its models, compare them and write a report.",
        description = {
            "",
            "A lab is a recipe: models, the data to train each on, how to train them and what to write. It is one of"
                    + " Hourglass's own (mnist, cifar10, mnist-strong, cifar10-strong, sequences) or your own YAML file;"
                    + " copy labs/mnist.yaml and change it. Options override the recipe for all its models."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass lab mnist                            the whole MNIST lab",
            "  hourglass lab cifar10                          a CNN on photographs, an LSTM on sequences",
            "  hourglass lab mnist --limit 2000 --epochs 1    a first look, in seconds",
            "  hourglass lab my-lab.yaml --seed 7 --out out   your own recipe, into the folder out",
            "  hourglass lab --from pump.csv                  a recipe for a table of your own, to look at and run",
            "  hourglass lab --from photos                    the same for a folder of pictures or sounds",
            "",
            "The run folder holds plots/, results/, models/ (for Keras), report.html and run.json. While it holds a"
                    + " file INCOMPLETE, the run is not over; 'hourglass resume RUN' continues one that was stopped or"
                    + " killed."
        })
final class LabCommand implements Runnable {
    private static final DateTimeFormatter FOLDER_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME|FILE.yaml",
            description = "A lab by name, such as mnist or cifar10, or a recipe file ending in .yaml or .yml.")
    private @Nullable String recipe;

    @ArgGroup(validate = false, heading = "%nTraining (default: as in the recipe):%n", order = 1)
    private Training training = new Training();

    @ArgGroup(validate = false, heading = "%nData (default: as in the recipe):%n", order = 2)
    private Data data = new Data();

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 3)
    private Output output = new Output();

    @ArgGroup(validate = false, heading = "%nCheckpoints:%n", order = 4)
    private CheckpointOptions checkpoints = new CheckpointOptions();

    @Option(
            names = "--from",
            paramLabel = "DATA",
            description =
                    "Don't train: write a recipe for this table, file of arrays or folder of tables, pictures or sounds, its model chosen by what"
                            + " is in it, to FILE.yaml (default: named as the data, in this folder).")
    private @Nullable Path from;

    static final class Training {
        @Option(
                names = "--epochs",
                paramLabel = "N",
                converter = WholeNumber.Count.class,
                description = "Passes over the training data; 5 in mnist, 25 and 30 in cifar10. A sweep uses at most as"
                        + " many.")
        private @Nullable Integer epochs;

        @Option(
                names = "--batch-size",
                paramLabel = "N",
                converter = WholeNumber.Count.class,
                description = "Samples per training step; 256 in mnist, 32 in cifar10.")
        private @Nullable Integer batchSize;

        @Option(
                names = "--loss",
                paramLabel = "NAME[:SETTING=VALUE]",
                converter = LossText.class,
                description = "The loss to minimise: mean_squared_error (in all labs), mean_absolute_error,"
                        + " binary_crossentropy, huber or another of docs/losses.md, with Keras's settings, such as"
                        + " huber:delta=0.5.")
        private @Nullable Loss loss;

        @Option(
                names = "--optimizer",
                paramLabel = "NAME[:SETTING=VALUE,...]",
                converter = OptimizerText.class,
                description =
                        "The optimizer: adam (in all labs), adamw, sgd, rmsprop, nadam, adadelta, adagrad or adamax,"
                                + " with Keras's settings and defaults, such as"
                                + " sgd:learning_rate=0.1,momentum=0.9,nesterov=true.")
        private @Nullable Optimizer optimizer;

        @Option(
                names = "--learning-rate",
                paramLabel = "RATE",
                converter = Rate.class,
                description = "The optimizer's learning rate, or the value its schedule starts at; 0.001 in mnist and"
                        + " cifar10.")
        private @Nullable Float learningRate;

        @Option(
                names = "--seed",
                paramLabel = "N",
                converter = WholeNumber.Seed.class,
                description =
                        "Seed of initialisation and shuffling: the same seed gives the same weights; 42 in all labs.")
        private @Nullable Long seed;

        @Option(
                names = "--threads",
                paramLabel = "N",
                converter = WholeNumber.Threads.class,
                description = "Threads that compute, one per processor in all labs. Any number gives the same results.")
        private @Nullable Integer threads;

        TrainOptions applyTo(TrainOptions options) {
            TrainOptions changed = options;
            changed = epochs == null ? changed : changed.withEpochs(epochs);
            changed = batchSize == null ? changed : changed.withBatchSize(batchSize);
            changed = loss == null ? changed : changed.withLoss(changed.loss().withOfOutputs(loss));
            changed = optimizer == null ? changed : changed.withOptimizer(optimizer);
            changed = learningRate == null ? changed : changed.withLearningRate(learningRate);
            changed = seed == null ? changed : changed.withSeed(seed);
            return threads == null ? changed : changed.withThreads(threads);
        }
    }

    static final class Data {
        @Option(
                names = "--limit",
                paramLabel = "N",
                converter = WholeNumber.Samples.class,
                description = "Use only the first N samples of each training and each test set.")
        private @Nullable Integer limit;

        @Option(names = "--full", description = "Use all samples where the recipe uses only the first ones.")
        private boolean full;

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Your own copies of the data set's files, plain or .gz, instead of the cache.")
        private @Nullable Path folder;

        /** Files of one's own stand in for those of a data set, where it has any. */
        Recipe.Data applyTo(Recipe.Data data, boolean hasNoFiles) {
            Recipe.Data changed = data;
            changed = folder == null || hasNoFiles ? changed : changed.withFolder(folder);
            changed = full ? changed.withLimit(null) : changed;
            return limit == null ? changed : changed.withLimit(limit);
        }
    }

    static final class Output {
        @Option(
                names = "--no-sweep",
                description = "Do not train the models again with other latent sizes, the longest part of a lab.")
        private boolean noSweep;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "The run folder, new or empty (default: runs/NAME-<date>-<time>).")
        private @Nullable Path folder;

        @Option(
                names = "--resume",
                paramLabel = "RUN",
                description = "Continue this run, which was stopped or killed, from its last checkpoint.")
        private @Nullable Path unfinished;
    }

    /** A loss with its settings. */
    static final class LossText implements ITypeConverter<Loss> {
        @Override
        public Loss convert(String text) {
            try {
                return CompileSyntax.loss(text);
            } catch (RecipeException e) {
                throw new TypeConversionException(Failures.reason(e));
            }
        }
    }

    /** An optimizer with its settings. */
    static final class OptimizerText implements ITypeConverter<Optimizer> {
        @Override
        public Optimizer convert(String text) {
            try {
                return CompileSyntax.optimizer(text);
            } catch (RecipeException e) {
                throw new TypeConversionException(Failures.reason(e));
            }
        }
    }

    /** A learning rate. */
    static final class Rate implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            try {
                float value = Float.parseFloat(text);
                if (value > 0 && value < Float.POSITIVE_INFINITY) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException("expected a number > 0, found '" + text + "'");
        }
    }

    LabCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        if (from != null) {
            draft(from);
            return;
        }
        if (data.full && data.limit != null) {
            throw new ParameterException(spec.commandLine(), "expected --full or --limit, found both. Leave one out.");
        }
        if (output.folder != null && output.unfinished != null) {
            throw new ParameterException(spec.commandLine(), "expected --out or --resume, found both. Leave one out.");
        }
        Recipe asRun = asWritten()
                .withEachModel(model -> model.withTraining(training.applyTo(model.training()))
                        .withData(data.applyTo(model.data(), hasNoFiles(model.data()))));
        if (output.noSweep) {
            asRun = asRun.withOutputs(asRun.outputs().withoutSweep());
        } else if (training.epochs != null) {
            asRun = asRun.withOutputs(asRun.outputs().withSweepEpochsAtMost(training.epochs));
        }
        InstantSource clock = InstantSource.system();
        Path folder = output.folder == null ? newFolder(asRun.name(), clock) : output.folder;
        LabOptions options = checkpoints.applyTo(
                new LabOptions(Objects.requireNonNullElse(output.unfinished, folder), catalog, clock));
        try (LabDisplay display = new LabDisplay(terminal)) {
            if (output.unfinished == null) {
                Lab.run(asRun, options, display);
            } else {
                Lab.resume(asRun, checkpoints.force(), options, display);
            }
        }
    }

    private void draft(Path data) {
        DataSources.requireFile(data);
        Path source = data.toAbsolutePath().normalize();
        String stem = String.valueOf(source.getFileName());
        stem = Files.isDirectory(data)
                ? stem
                : stem.replaceFirst("(?i)(\\.(csv|tsv|txt|npy|npz|mat|wav))?(\\.(gz|zip))?$", "");
        Path file = recipe == null ? Path.of(stem + ".yaml") : Path.of(recipe);
        if (!file.toString().matches("(?s).*\\.ya?ml")) {
            throw new ParameterException(
                    spec.commandLine(), "Can't write " + file + ": expected a name that ends with .yaml. Rename it.");
        }
        if (Files.exists(file)) {
            throw new CommandException("Can't write " + file + ": it exists. Name another file, or remove it.");
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path near = folder != null && Objects.equals(folder.getRoot(), source.getRoot())
                ? folder.relativize(source)
                : source;
        String named = near.toString().isEmpty() ? "." : near.toString().replace('\\', '/');
        try {
            AtomicFile.write(file, drafted(data, named));
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        }
        terminal.println("Wrote " + file + "; 'hourglass lab " + file + "' trains it.");
    }

    private String drafted(Path data, String named) {
        DataPreview preview = OwnData.preview(data, TableOptions.DEFAULT, DraftChoices.NONE, terminal);
        preview.notes().forEach(terminal::println);
        return preview.recipe(named);
    }

    /** Generated, or a file of the user's own already. */
    private boolean hasNoFiles(Recipe.Data data) {
        return data.isOwn() || catalog.spec(data.name()).generated();
    }

    /** A run that goes on may tell by itself what it does. */
    private Recipe asWritten() {
        if (recipe != null) {
            return new RecipeReader(catalog.names()).find(recipe);
        }
        if (output.unfinished == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'NAME|FILE.yaml'");
        }
        return Lab.unfinished(output.unfinished, catalog);
    }

    /** Two runs that start in the same second get folders of their own. */
    private static Path newFolder(String recipe, InstantSource clock) {
        String name =
                recipe + "-" + FOLDER_TIME.format(LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()));
        Path folder = Path.of("runs", name);
        for (int number = 2; Files.exists(folder); number++) {
            folder = Path.of("runs", name + "-" + number);
        }
        return folder;
    }
}
