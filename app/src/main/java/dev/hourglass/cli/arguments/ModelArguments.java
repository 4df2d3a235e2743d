package dev.hourglass.cli.arguments;

import dev.hourglass.cli.CommandException;
import dev.hourglass.data.DatasetException;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The model that a command works with. */
public final class ModelArguments {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description =
                    "A model file: .keras, or .h5 written by Keras; or the JSON of an architecture, with --weights.")
    private Path file = Path.of("");

    @Option(
            names = "--waist",
            paramLabel = "LAYER",
            description =
                    "The layer whose output is the code (default: the one stored in the file, else the narrowest value in the"
                            + " middle).")
    private @Nullable String waist;

    public Path file() {
        return file;
    }

    @Option(
            names = "--input",
            paramLabel = "SHAPE",
            converter = ShapeConverter.class,
            description =
                    "The shape of a sample, such as 64x64x3, where the file leaves sizes open (default: the data's).")
    private @Nullable Shape input;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "The weights (.h5) of MODEL, where that is an architecture by itself: the JSON of model.to_json().")
    private @Nullable Path weights;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description =
                    "Which output is meant where the model has several (default: the only one that has the input's shape).")
    private @Nullable String output;

    /** Sizes with an x between them. */
    static final class ShapeConverter implements ITypeConverter<Shape> {
        @Override
        public Shape convert(String text) {
            try {
                return Shape.of(Pattern.compile("x")
                        .splitAsStream(text)
                        .mapToInt(Integer::parseInt)
                        .toArray());
            } catch (NumberFormatException | ShapeException e) {
                throw new TypeConversionException("expected sizes such as 64x64x3, found '" + text + "'");
            }
        }
    }

    public SavedModel read() {
        return read(input);
    }

    /**
     * Where the file leaves sizes of its input open and --input doesn't say them, they are those of the data. Images of
     * an ONNX file lie channels first, but channels last where the data do.
     */
    public SavedModel read(Supplier<Shape> sampleOfData) {
        SavedModel model;
        try {
            model = read(input);
        } catch (OpenSizesException e) {
            return read(sampleOfData.get());
        }
        boolean images = model.input().rank() == 3 && input == null;
        return images && file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")
                ? channelsAsData(model, sampleOfData)
                : model;
    }

    private SavedModel channelsAsData(SavedModel model, Supplier<Shape> sampleOfData) {
        try {
            return read(sampleOfData.get());
        } catch (DatasetException e) {
            // Told better by whoever opens the data for the model.
            return model;
        }
    }

    private SavedModel read(@Nullable Shape sample) {
        try {
            SavedModel model = ModelFile.read(file, new ReadOptions(waist, weights, sample));
            return output == null ? model : model.withOutput(output);
        } catch (IOException e) {
            throw CommandException.unreadable(file, e);
        }
    }
}
