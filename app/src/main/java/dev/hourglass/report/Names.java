package dev.hourglass.report;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Names of models and shapes for people. */
public final class Names {
    private static final Set<String> ACRONYMS = Set.of("ae", "cnn", "gru", "lstm", "mlp", "rnn", "vae");

    private Names() {}

    /** A model's name with acronyms in capitals: {@code cnn} is {@code CNN}, {@code small-lstm} is {@code small-LSTM}. */
    public static String model(String name) {
        StringBuilder shown = new StringBuilder();
        for (String part : name.splitWithDelimiters("[-_. ]", 0)) {
            shown.append(ACRONYMS.contains(part) ? part.toUpperCase(Locale.ROOT) : part);
        }
        return shown.toString();
    }

    public static String model(ModelResult model) {
        return model(model.spec().name());
    }

    /** {@code 7x7x8}. */
    public static String dimensions(Shape shape) {
        return Arrays.stream(shape.toArray()).mapToObj(String::valueOf).collect(Collectors.joining("x"));
    }

    /** How much a model compresses, {@code 24.50:1}; or, of one that does not, {@code and 18,816 around it}. */
    public static String compression(AutoencoderSpec spec) {
        long around = spec.bypassSize();
        return around == 0 ? Numbers.ratio(spec.compressionRatio()) : "and " + Numbers.count(around) + " around it";
    }

    /** What a sample becomes: {@code 392 numbers}, or {@code 49 vectors out of 64 = 294 bits}. */
    public static String code(AutoencoderSpec spec) {
        return spec.vectors().map(Names::vectors).orElseGet(() -> Numbers.count(spec.latentSize()) + " numbers");
    }

    /** The waist with its shape: {@code 7x7x8 = 392}, or {@code 49 vectors out of 64 = 294 bits}. */
    public static String waist(AutoencoderSpec spec) {
        return spec.vectors().map(Names::vectors).orElseGet(() -> size(spec.latent()));
    }

    /** {@code 49 vectors out of 64 = 294 bits}. */
    public static String vectors(VectorCodes.Extent code) {
        return Numbers.count(code.places(), "vector") + " out of " + Numbers.count(code.vectors()) + " = "
                + Numbers.count(Math.round(code.bits()), "bit");
    }

    /** A shape and how many numbers that is: {@code 7x7x8 = 392}, or {@code 32} for a vector. */
    public static String size(Shape shape) {
        return shape.rank() == 1
                ? Numbers.count(shape.size())
                : dimensions(shape) + " = " + Numbers.count(shape.size());
    }
}
