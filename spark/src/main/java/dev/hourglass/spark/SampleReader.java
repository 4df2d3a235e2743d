package dev.hourglass.spark;

import dev.hourglass.data.files.NpyFile;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.images.PictureSample;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Turns what a row has into a sample as a model reads it, the same way as on one machine. */
final class SampleReader {
    private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MOST_PIXEL = 255;

    private final Shape shape;
    private final Normalization normalization;
    private final boolean divided;
    private final PictureOptions pictures;

    SampleReader(SavedModel model, TransformOptions options) {
        shape = model.input();
        normalization = model.normalization();
        divided = options.divided();
        pictures = PictureOptions.defaults().withFit(options.fit());
    }

    /**
     * @param into receives the sample from {@code offset} on
     * @return what is wrong with the row; empty if nothing is
     */
    Optional<Flaw> read(SampleIn row, float[] into, int offset) {
        String known = row.getFlaw();
        if (known != null) {
            return Optional.of(describe(BadRow.valueOf(known)));
        }
        float[] floats = row.getFloats();
        double[] doubles = row.getDoubles();
        byte[] bytes = row.getBytes();
        Optional<Flaw> flaw;
        if (floats != null) {
            flaw = numbers(floats, into, offset);
        } else if (doubles != null) {
            flaw = numbers(doubles, into, offset);
        } else if (bytes != null) {
            flaw = bytes(bytes, into, offset);
        } else {
            return Optional.of(describe(BadRow.NULL));
        }
        return flaw.isPresent() ? flaw : requireFinite(into, offset);
    }

    /** What Spark found without looking at each number. */
    private Flaw describe(BadRow kind) {
        String found = switch (kind) {
            case NULL -> "null";
            case NULL_NUMBER -> "a null among them";
            case NOT_FINITE -> "NaN among them";
            case LENGTH -> "rows of another length";
            case NOT_PIXELS, ORDER, BROKEN -> throw new IllegalStateException("found by reading: " + kind);
        };
        return new Flaw(kind, expected() + ", found " + found + ".");
    }

    private String expected() {
        return String.format(Locale.ROOT, "expected %,d numbers of a sample %s", shape.size(), shape);
    }

    private Optional<Flaw> numbers(float[] stored, float[] into, int offset) {
        if (stored.length != shape.size()) {
            return length(stored.length);
        }
        System.arraycopy(stored, 0, into, offset, stored.length);
        if (normalization.isPixels()) {
            return divided ? Optional.empty() : pixels(into, offset);
        }
        normalization.apply(into, offset, stored.length);
        return Optional.empty();
    }

    private Optional<Flaw> numbers(double[] stored, float[] into, int offset) {
        if (stored.length != shape.size()) {
            return length(stored.length);
        }
        if (normalization.isPixels()) {
            for (int i = 0; i < stored.length; i++) {
                into[offset + i] = (float) stored[i];
            }
            return divided ? Optional.empty() : pixels(into, offset);
        }
        normalization.apply(MemorySegment.ofArray(stored), 0, into, offset, stored.length);
        return Optional.empty();
    }

    private Optional<Flaw> length(int found) {
        return Optional.of(new Flaw(BadRow.LENGTH, String.format(Locale.ROOT, "%s, found %,d.", expected(), found)));
    }

    /** One row can't tell pixels that were divided from dark ones, so it is said and never guessed. */
    private Optional<Flaw> pixels(float[] numbers, int from) {
        for (int i = from; i < from + shape.size(); i++) {
            float number = numbers[i];
            if (!(number >= 0 && number <= MOST_PIXEL && number == Math.rint(number))) {
                return Float.isFinite(number)
                        ? Optional.of(new Flaw(
                                BadRow.NOT_PIXELS,
                                "expected pixels, whole numbers of 0 to 255, found " + number
                                        + ". Say that they are 0 to 1 already with divided(true)."))
                        : notFinite(number, i - from);
            }
        }
        normalization.apply(numbers, from, shape.size());
        return Optional.empty();
    }

    private Optional<Flaw> bytes(byte[] file, float[] into, int offset) {
        boolean npy = file.length >= NPY_MAGIC.length
                && Arrays.equals(file, 0, NPY_MAGIC.length, NPY_MAGIC, 0, NPY_MAGIC.length);
        try {
            if (npy) {
                return numbers(NpyFile.numbers(file, "the array"), into, offset);
            }
            float[] pixels = PictureSample.read(file, shape, pictures);
            System.arraycopy(pixels, 0, into, offset, pixels.length);
            normalization.apply(into, offset, pixels.length);
            return Optional.empty();
        } catch (IOException | CorruptFileException e) {
            return Optional.of(new Flaw(
                    BadRow.BROKEN,
                    (npy ? "" : "can't be read as a picture or an NPY array: ") + sentence(Failures.reason(e))));
        }
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private Optional<Flaw> requireFinite(float[] sample, int offset) {
        for (int i = offset; i < offset + shape.size(); i++) {
            if (!Float.isFinite(sample[i])) {
                return notFinite(sample[i], i - offset);
            }
        }
        return Optional.empty();
    }

    private static Optional<Flaw> notFinite(float number, int place) {
        return Optional.of(new Flaw(
                BadRow.NOT_FINITE,
                String.format(
                        Locale.ROOT,
                        "expected numbers that are finite, also when normalized, found %s as number %,d.",
                        number,
                        place)));
    }
}
