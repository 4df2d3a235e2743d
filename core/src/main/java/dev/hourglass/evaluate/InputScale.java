package dev.hourglass.evaluate;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.ValueRange;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.OutputRange;
import dev.hourglass.tensor.Normalization;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether samples go into a model as large as it was trained on, as far as their numbers tell. */
public final class InputScale {
    /** Whole numbers up to here may be counts, beyond they are more likely pixels. */
    private static final int LIKELY_PIXELS = 128;
    /** Of pixels that were divided by 255 once too often, the largest. */
    private static final double DIVIDED_TWICE = 1.5 / 255;

    /** A layer that multiplies by less is made for pixels from 0 to 255, not for those that are divided already. */
    private static final double MOST_DIVIDING_SCALE = 1.0 / 100;

    private static final double MOST_UNIT = 1.5;

    /** Of a single scale, which spreads what it was fitted to over about 1, also where no row is unusual. */
    private static final double NOTHING_LEFT = 0.02;

    /** In the mean over all numbers, which one unusual row does not move so far. */
    private static final double FAR = 20;

    private static final double BYTE = 255;

    private InputScale() {}

    /**
     * What speaks against the scale of samples, in a sentence with the range that was found and the way out.
     *
     * @param normalization of the model
     * @param output between what bounds the model's outputs lie
     * @return empty where nothing does
     */
    public static Optional<String> doubt(Dataset data, Normalization normalization, OutputRange output) {
        ValueRange range = ValueRange.of(data);
        if (normalization.isPixels()) {
            return doubtOfPixels(data, range);
        }
        if (!normalization.isNone() && normalization.channels() > 1) {
            return doubtOfChannels(data, normalization);
        }
        if (!normalization.isNone()) {
            Optional<String> beyond = beyond(data, normalization, range);
            if (beyond.isPresent()) {
                return beyond;
            }
            boolean nothingLeft = data.normalization().equals(normalization)
                    && normalization.channels() == 1
                    && range.most() > range.least()
                    && range.most() - range.least() < NOTHING_LEFT;
            return nothingLeft
                    ? Optional.of(String.format(
                            Locale.ROOT,
                            "Of the numbers of %s next to nothing is left after the model's scaling: they go in %s."
                                    + " Its training data were far larger; give --scale 1 if these are scaled already.",
                            data.name(),
                            range))
                    : Optional.empty();
        }
        if (!data.normalization().isNone()) {
            return Optional.empty();
        }
        boolean likelyPixels = range.isPixels() && (data instanceof ByteDataset || range.most() >= LIKELY_PIXELS);
        if (likelyPixels || isBeyond(range, output)) {
            return Optional.of(
                    "The numbers of " + data.name() + " are " + range + " and go in as they are: the model's file"
                            + " says nothing of a scaling"
                            + (isBeyond(range, output) ? ", and its outputs lie in " + output : "")
                            + ". If it was trained on pixels divided by 255, give --scale 255; --scale 1 says that"
                            + " they are right.");
        }
        return Optional.empty();
    }

    /** Of numbers that are divided by 255; see {@link #divided} for those that were divided before. */
    private static Optional<String> doubtOfPixels(Dataset data, ValueRange range) {
        double most = range.most() * BYTE;
        if (!data.normalization().isPixels() || !(most > 0) || most >= LIKELY_PIXELS) {
            return Optional.empty();
        }
        return Optional.of(
                range.most() < DIVIDED_TWICE
                        ? String.format(
                                Locale.ROOT,
                                "The bytes of %s are at most %.0f, and the model divides them by 255. If they are not"
                                        + " pixels from 0 to 255, give --scale 1 to take them as they are.",
                                data.name(),
                                most)
                        : String.format(
                                Locale.ROOT,
                                "The numbers of %s are from %.0f to %.0f, and the model was trained on pixels from 0 to"
                                        + " 255: they are divided by 255 and go in %s. If theirs is another scale, give"
                                        + " its largest number, such as --scale %.0f; --scale 255 says that they are"
                                        + " right.",
                                data.name(),
                                range.least() * BYTE,
                                most,
                                range,
                                most));
    }

    /**
     * Says of numbers that count as pixels divided by 255 already that they do, where a model was trained on pixels.
     *
     * @return empty where they are divided here, or the model says nothing of pixels
     */
    public static Optional<String> divided(Dataset data, Normalization normalization) {
        if (!normalization.isPixels() || !data.normalization().isNone()) {
            return Optional.empty();
        }
        ValueRange range = ValueRange.of(data);
        if (range.least() == 0 && range.most() == 0) { // the same either way
            return Optional.empty();
        }
        return Optional.of("The numbers of " + data.name() + " are " + range
                + " and count as divided by 255 already; the model was trained on pixels from 0 to 255. --scale 255"
                + " divides them.");
    }

    /** Of numbers that lie nearly all far beyond what the scaling made of those that it was fitted to. */
    private static Optional<String> beyond(Dataset data, Normalization normalization, ValueRange range) {
        boolean scaled = data.normalization().equals(normalization) && normalization.clip() == null;
        return scaled && ValueRange.meanMagnitude(data) > FAR
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "The numbers of %s are far larger than those that the model was trained on: after its scaling they"
                                + " go in %s, where its training data were around 0 to 1. Check their unit; --scale 1"
                                + " says that they are scaled already.",
                        data.name(),
                        range))
                : Optional.empty();
    }

    /** Of channels with a scale each: nothing left of any, or all beyond. */
    private static Optional<String> doubtOfChannels(Dataset data, Normalization normalization) {
        ValueRange all = ValueRange.of(data);
        if (!data.normalization().equals(normalization)
                || data.sampleShape().dimension(-1) != normalization.channels()) {
            return Optional.empty();
        }
        double widest = ValueRange.widestOf(data, normalization.channels());
        if (widest > 0 && widest < NOTHING_LEFT) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "Of each channel of %s next to nothing is left after the model's scaling: they go in %s, none over"
                            + " more than %.2g. The training data were far larger; give --scale 1 if these are scaled"
                            + " already.",
                    data.name(),
                    all,
                    widest));
        }
        return beyond(data, normalization, all);
    }

    /**
     * What speaks against a scale that a user gave.
     *
     * @param data as it goes in, divided
     * @param divisor what stored numbers were divided by
     * @return empty where nothing does
     */
    public static Optional<String> doubt(Dataset data, float divisor) {
        ValueRange range = ValueRange.of(data);
        boolean dividedTwice = Math.abs(divisor) >= 1 / MOST_DIVIDING_SCALE
                && range.most() > 0
                && range.most() * Math.abs(divisor) <= MOST_UNIT
                && range.least() * Math.abs(divisor) >= -MOST_UNIT;
        return dividedTwice
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "After --scale %s the numbers of %s are %s: they were divided already, and next to nothing is left"
                                + " of them. Leave --scale out, or give --scale 1.",
                        Float.toString(divisor).replaceFirst("\\.0$", ""),
                        data.name(),
                        range))
                : Optional.empty();
    }

    /** The first layer, where it scales what is fed to the model: then numbers go in as they are stored. */
    public static Optional<LayerSpec.Elementwise> layer(List<LayerSpec> layers) {
        boolean scales = layers.getFirst() instanceof LayerSpec.Rescaling
                || layers.getFirst() instanceof LayerSpec.Normalization;
        return scales ? Optional.of((LayerSpec.Elementwise) layers.getFirst()) : Optional.empty();
    }

    /**
     * What speaks against comparing a model's outputs with its inputs, where a layer of it scales the inputs.
     *
     * @param output between what bounds the model's outputs lie
     * @return empty where nothing does
     */
    public static Optional<String> doubt(Dataset data, LayerSpec.Elementwise first, OutputRange output) {
        ValueRange range = ValueRange.of(data);
        float scale = first instanceof LayerSpec.Rescaling rescaling ? rescaling.scale() : 1;
        boolean dividesUnits = Math.abs(scale) <= MOST_DIVIDING_SCALE
                && range.most() > 0
                && range.most() <= MOST_UNIT
                && range.least() >= -MOST_UNIT;
        if (dividesUnits) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "The numbers of %s are %s and layer '%s' multiplies them by %.6f: they are divided already, and"
                            + " next to nothing is left of them. Give --scale %.9f to multiply them first; --scale 1 says"
                            + " that they are right.",
                    data.name(),
                    range,
                    first.name(),
                    scale,
                    scale));
        }
        return isBeyond(range, output)
                ? Optional.of("The numbers of " + data.name() + " are " + range + " and layer '" + first.name()
                        + "' scales them; the outputs lie in " + output
                        + ", so errors between the two say nothing. Codes and outputs are right.")
                : Optional.empty();
    }

    /** Whether the model could never give back what is fed to it, but for some noise. */
    public static boolean isBeyond(ValueRange range, OutputRange output) {
        double noise = (output.most() - output.least()) / 2;
        return Double.isFinite(noise)
                && (range.most() > output.most() + noise || range.least() < output.least() - noise);
    }
}
