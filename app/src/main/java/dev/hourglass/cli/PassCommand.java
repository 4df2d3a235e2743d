package dev.hourglass.cli;

import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.OverlapOption;
import dev.hourglass.cli.arguments.PatchOption;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.evaluate.latent.CodebookUse;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code encode}, {@code decode} and {@code reconstruct} share: samples in, a file of rows out. */
@Command(
        footerHeading = "%nExamples:%n",
        descriptionHeading = "%n",
        footer = {})
abstract class PassCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;
    private final String doing;
    private final String done;
    private final UnaryOperator<SavedModel> layers;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write: .npy (float32) or .csv. It appears only when it is complete.")
    private Path out = Path.of("");

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    /**
     * @param doing such as {@code Encoding}
     * @param done such as {@code Encoded}
     * @param layers those that samples go through
     */
    private PassCommand(
            Terminal terminal, DatasetCatalog catalog, String doing, String done, UnaryOperator<SavedModel> layers) {
        this.terminal = terminal;
        this.catalog = catalog;
        this.doing = doing;
        this.done = done;
        this.layers = layers;
    }

    @Override
    public void run() {
        try {
            RowFile.requireKnown(out);
        } catch (DatasetException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        SavedModel given = model.read(() -> data.sampleShape(catalog, terminal));
        SavedModel chain = through(given);
        PatchOption patches = patches();
        boolean inARow = given.readsSeveral() && chain.input().equals(given.input());
        Dataset samples = patches.open(data, inARow ? given : chain, catalog, terminal);
        Shape row = patches.isGiven() ? samples.sampleShape() : chain.output();
        long start = System.nanoTime();
        Pass pass = new Pass(doing, chain, samples, patches, threads.count(), terminal);
        try {
            if (writeRows(out, pass, terminal)) {
                return;
            }
            RowFile.write(out, row, SampleColumns.of(samples), pass);
            if (!RowFile.isCsv(out)) {
                SampleColumns.writeBeside(out, samples)
                        .ifPresent(beside -> terminal.println("When the samples begin and end: " + beside));
            }
        } catch (IOException e) {
            throw CommandException.unwritable(out, e);
        }
        double seconds = Math.max(System.nanoTime() - start, 1) / 1e9;
        terminal.println(String.format(
                Locale.ROOT,
                "%s %,d samples in %.1f s (%,.0f samples/s): %s, %s",
                done,
                samples.size(),
                seconds,
                samples.size() / seconds,
                out,
                row.withBatch().replace("None", Integer.toString(samples.size()))));
    }

    /** What samples are sent through. */
    SavedModel through(SavedModel given) {
        return layers.apply(given);
    }

    /** Of a command that cuts no pictures, without a patch. */
    PatchOption patches() {
        return new PatchOption();
    }

    /**
     * Writes what a model says of the rows of a series, where that is asked for.
     *
     * @return false if it is not
     */
    boolean writeRows(Path file, Pass pass, Terminal display) throws IOException {
        return false;
    }

    /** {@code hourglass encode}. */
    @Command(
            name = "encode",
            header = "Write the codes of samples to a file.",
            description = {
                "Sends samples through the encoder, batch by batch, and writes a row of numbers for each. Samples get"
                        + " the normalization that the model was trained with.",
                "A code of a vector-quantised model is made of vectors; --indices writes their numbers in the codebook."
            },
            footer = {
                "  hourglass encode cnn.keras --data mnist:test --out codes.npy",
                "  hourglass encode cnn_encoder.h5 --data images.npy --out codes.csv",
                "  hourglass encode lstm.keras --data series.csv --stride 10 --out codes.npy"
            })
    static final class Encode extends PassCommand {
        @Option(
                names = "--indices",
                description = "Write which vectors of its codebook a vector-quantised model chose, counted from 0.")
        private boolean indices;

        Encode(Terminal terminal, DatasetCatalog catalog) {
            super(terminal, catalog, "Encoding", "Encoded", SavedModel::encoder);
        }

        @Override
        boolean writeRows(Path file, Pass pass, Terminal display) throws IOException {
            if (!indices) {
                return false;
            }
            VectorCodes codes = pass.chain().vectorCodes();
            int places = codes.places().size();
            CodebookUse.Counter count = new CodebookUse.Counter(codes);
            RowFile.write(
                    file,
                    codes.places(),
                    SampleColumns.of(pass.data()),
                    sink -> pass.writeTo((values, from, rows) -> {
                        float[] numbers = new float[rows * places];
                        codes.number(values, from, rows, numbers);
                        count.add(numbers, numbers.length);
                        sink.write(numbers, 0, rows);
                    }));
            CodebookUse use = count.use();
            display.println(String.format(
                    Locale.ROOT,
                    "Encoded %,d samples: %s, %s numbers of %,d vectors, of which %,d are used (perplexity %.1f); %,.0f"
                            + " bits a sample",
                    pass.data().size(),
                    file,
                    codes.places()
                            .withBatch()
                            .replace("None", Integer.toString(pass.data().size())),
                    use.vectors(),
                    use.used(),
                    use.perplexity(),
                    use.bits()));
            return true;
        }
    }

    /** {@code hourglass decode}. */
    @Command(
            name = "decode",
            header = "Decode codes to samples and write these to a file.",
            description = {
                "Sends codes, such as 'hourglass encode' writes, through the decoder, batch by batch. The output is"
                        + " normalized as the model was trained: pixels are 0 to 1.",
                "Of a vector-quantised model, --indices reads the numbers of vectors that 'hourglass encode --indices'"
                        + " wrote; that needs the whole model, which has the codebook."
            },
            footer = {
                "  hourglass decode cnn.keras --data codes.npy --out images.npy",
                "  hourglass decode cnn_decoder.h5 --data codes.csv --out images.csv"
            })
    static final class Decode extends PassCommand {
        @Option(
                names = "--indices",
                description =
                        "The codes are numbers of vectors in a vector-quantised model's codebook, counted from 0.")
        private boolean indices;

        Decode(Terminal terminal, DatasetCatalog catalog) {
            super(
                    terminal,
                    catalog,
                    "Decoding",
                    "Decoded",
                    model -> model.decoding().decoder());
        }

        @Override
        SavedModel through(SavedModel given) {
            return indices ? given.decoding().decoderOfNumbers() : super.through(given);
        }
    }

    /** {@code hourglass reconstruct}. */
    @Command(
            name = "reconstruct",
            header = "Write a model's reconstructions of samples to a file.",
            description = {
                "Sends samples through the whole model, batch by batch; the waist has no effect. The output is"
                        + " normalized as the model was trained: pixels are 0 to 1.",
                "Of a series, a CSV file gets the rows of the series in its own units, with their times, not windows;"
                        + " an NPY file gets the windows.",
                "Of a model that rebuilds several inputs, each row has the numbers of all in their order; --output NAME"
                        + " gives one alone."
            },
            footer = {
                "  hourglass reconstruct cnn.keras --data mnist:test --out rebuilt.npy",
                "  hourglass reconstruct cnn.keras --data mnist:test --limit 100 --out rebuilt.csv",
                "  hourglass reconstruct cnn.keras --data photos/ --patches 16 --out rebuilt.npy",
                "  hourglass reconstruct lstm.keras --data pump.csv --stride 10 --overlap median --out rebuilt.csv"
            })
    static final class Reconstruct extends PassCommand {
        @Mixin
        private OverlapOption overlap = new OverlapOption();

        @Mixin
        private PatchOption patches = new PatchOption();

        Reconstruct(Terminal terminal, DatasetCatalog catalog) {
            super(terminal, catalog, "Reconstructing", "Reconstructed", Reconstruct::all);
        }

        /** Of several inputs, each of which is rebuilt, all in a row as a sample has them. */
        private static SavedModel all(SavedModel model) {
            return model.rebuildsEach() ? model.joined().whole() : model.whole();
        }

        @Override
        PatchOption patches() {
            return patches;
        }

        @Override
        boolean writeRows(Path file, Pass pass, Terminal display) throws IOException {
            Optional<RowAnswers> answers =
                    RowFile.isCsv(file) ? overlap.of(pass.data(), pass.chain()) : Optional.empty();
            if (answers.isEmpty()) {
                return false;
            }
            RowAnswers rows = answers.get();
            int each = pass.chain().output().size();
            int[] sample = {0};
            pass.writeTo((values, from, count) -> {
                for (int i = 0; i < count; i++) {
                    rows.add(sample[0]++, values, from + i * each);
                }
            });
            SampleColumns.writeRows(file, pass.data(), rows);
            display.println(String.format(
                    Locale.ROOT,
                    "Reconstructed the %,d rows of %s from %,d samples, in the units of the data: %s%s",
                    pass.data().places().orElseThrow().rows().count(),
                    pass.data().name(),
                    pass.data().size(),
                    file,
                    OverlapOption.unanswered(rows)));
            return true;
        }
    }
}
