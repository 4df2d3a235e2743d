package dev.hourglass.cli;

import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.evaluate.latent.Prior;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.PriorFigure;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hourglass sample}: new samples of a variational autoencoder. */
@Command(
        name = "sample",
        header = "Draw new samples from a variational autoencoder, as a picture or a file of rows.",
        description = {
            "",
            "Codes are drawn from the standard normal distribution, near which training has kept those of the data, and"
                    + " decoded. With --plane, a model whose code has two numbers shows what lies where instead."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass sample vae_autoencoder.keras --out samples.png",
            "  hourglass sample vae_autoencoder.keras --count 1000 --seed 7 --out samples.npy",
            "  hourglass sample vae2_autoencoder.keras --plane --count 400 --out manifold.png"
        })
final class SampleCommand implements Runnable {
    private static final List<String> FORMATS = List.of(".png", ".svg", ".npy", ".csv");
    private static final int MOST_DRAWN = 10_000;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Option(
            names = "--count",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "How many (default: 64); with --plane, the next smaller square.")
    private int count = 64;

    @Option(names = "--seed", paramLabel = "N", description = "Of what is drawn (default: 42).")
    private long seed = 42;

    @Option(names = "--plane", description = "A grid over the plane of codes instead, as dense as the prior.")
    private boolean plane;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "A picture, .png or .svg; or rows of numbers, .npy (float32) or .csv.")
    private Path out = Path.of("");

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    SampleCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (FORMATS.stream().noneMatch(this::isFormat)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Can't write " + out + ": expected a name that ends with " + String.join(", ", FORMATS));
        }
        SavedModel saved = model.read();
        Autoencoder decoded = saved.autoencoder();
        if (!Prior.isOf(decoded.spec())) {
            throw new CommandException(
                    "Model '" + saved.name() + "' is no variational autoencoder: its code is not drawn by"
                            + " a layer Sampling, so nothing has kept it near a distribution that samples could be drawn from. Train"
                            + " one, such as with 'hourglass lab mnist-vae'.");
        }
        boolean isPicture = isFormat(".png") || isFormat(".svg");
        requireFits(decoded, isPicture);
        int side = (int) Math.sqrt(count);
        int latentSize = decoded.spec().latentSize();
        float[] codes = plane ? Prior.plane(side) : Prior.draw(latentSize, count, seed);
        float[] samples = Prior.decode(decoded, codes, threads.count());
        Shape shape = decoded.spec().input();
        try {
            if (isPicture) {
                draw(saved.name(), shape, samples);
            } else {
                RowFile.write(out, shape, sink -> sink.write(samples, 0, samples.length / shape.size()));
            }
        } catch (IOException e) {
            throw CommandException.unwritable(out, e);
        }
        terminal.println(
                String.format(Locale.ROOT, "Drew %,d samples %s: %s", samples.length / shape.size(), shape, out));
    }

    private void requireFits(Autoencoder decoded, boolean isPicture) {
        if (plane && decoded.spec().latentSize() != 2) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--plane needs a code of 2 numbers, and that of '"
                            + decoded.spec().name() + "' has " + decoded.spec().latentSize() + ". Leave --plane out");
        }
        if (isPicture && count > MOST_DRAWN) {
            throw new ParameterException(
                    spec.commandLine(),
                    "A picture holds at most " + MOST_DRAWN + " samples, got " + count
                            + ". Lower --count, or write .npy");
        }
    }

    private boolean isFormat(String format) {
        return out.toString().toLowerCase(Locale.ROOT).endsWith(format);
    }

    private void draw(String name, Shape shape, float[] samples) throws IOException {
        List<float[]> each = new ArrayList<>();
        for (int from = 0; from < samples.length; from += shape.size()) {
            each.add(Arrays.copyOfRange(samples, from, from + shape.size()));
        }
        String note = plane
                ? "a grid over the plane of codes, as dense as the prior"
                : "of codes drawn from the prior, seed " + seed;
        Figure figure = new PriorFigure("New samples of '" + name + "'", note, shape)
                .draw("samples", each, (int) Math.ceil(Math.sqrt(each.size())));
        if (isFormat(".svg")) {
            figure.writeSvg(out);
        } else {
            figure.writePng(out);
        }
    }
}
