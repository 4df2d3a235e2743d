package dev.hourglass.engine;

import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What one of a model's outputs is to become. */
public enum Target {
    /** The sample itself: a reconstruction. */
    INPUT,
    /**
     * The sample with its first axis turned round. Of a series that is the order in which a recurrent decoder finds it easiest
     * to begin (Srivastava, Mansimov and Salakhutdinov 2015, section 2.1).
     */
    REVERSED,
    /** The steps that follow the sample: a prediction (section 2.2 there). */
    NEXT,
    /** Those of the sample's numbers that stand where the output stands in the reconstruction: one of several inputs. */
    PART;

    /** What recipes and files call them. */
    public static final List<String> NAMES =
            Arrays.stream(values()).map(Target::text).toList();

    /** Such as {@code reversed}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For a sentence, such as {@code the input reversed}. */
    public String inWords() {
        return switch (this) {
            case INPUT -> "the input";
            case REVERSED -> "the input reversed";
            case NEXT -> "the next steps";
            case PART -> "its part of the input";
        };
    }

    /** @throws SettingException if there is none of that name */
    public static Target parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(target -> target.text().equals(name))
                .findFirst()
                .orElseThrow(() -> SettingException.value("target", String.join(", ", NAMES), text));
    }

    /**
     * What an output of some shape is most likely to become, where nothing says it.
     *
     * @param input the shape of a sample
     */
    public static Target likely(Shape output, Shape input) {
        return output.equals(input) ? INPUT : NEXT;
    }

    /** Why an output of some shape can't become this, as a sentence's end; null if it can. */
    public @Nullable String misfit(Shape output, Shape input) {
        return switch (this) {
            case INPUT -> output.equals(input) ? null : "must give the input's shape " + input + ", found " + output;
            case REVERSED ->
                input.rank() < 2
                        ? "needs samples with steps to reverse, found " + input
                        : output.equals(input) ? null : "must give the input's shape " + input + ", found " + output;
            case NEXT ->
                haveStepsAlike(output, input)
                        ? null
                        : "must give steps like those of the input " + input + ", found " + output;
            case PART ->
                input.rank() == 1 && output.size() < input.size()
                        ? null
                        : "needs samples that are the numbers of several inputs in a row, found " + input;
        };
    }

    /** Whether an output of some shape can tell the classes of a sample's numbers: it has one axis more, or more than one there. */
    public static boolean tellsClasses(Shape output, Shape sample) {
        int rank = output.rank() - 1;
        return rank >= 1
                && output.dimension(rank) > 1
                && sample.size() == output.size() / output.dimension(rank)
                && (sample.rank() == rank || sample.rank() == rank + 1)
                && IntStream.range(0, rank).allMatch(axis -> sample.dimension(axis) == output.dimension(axis));
    }

    /**
     * Of each of a sample's numbers, which are those of classes, a row of zeros with a 1 where the class is.
     *
     * @param size of a sample
     * @param classes how many there are: the length of a row
     * @param ignored whose row has zeros alone; null for none
     * @return samples that throw an IllegalArgumentException where a number is that of no class
     */
    public static Samples ofClasses(Samples samples, int size, int classes, @Nullable Integer ignored) {
        return (index, into, offset) -> {
            float[] numbers = new float[size];
            samples.copySample(index, numbers, 0);
            Arrays.fill(into, offset, offset + size * classes, 0);
            for (int j = 0; j < size; j++) {
                if (ignored != null && numbers[j] == ignored) {
                    continue;
                }
                if (!isClass(numbers[j], classes)) {
                    throw new IllegalArgumentException("Sample " + index + " has the number " + numbers[j]
                            + " where that of a class from 0 to " + (classes - 1) + " is needed");
                }
                into[offset + j * classes + (int) numbers[j]] = 1;
            }
        };
    }

    /** Whether it is a whole number from 0 up to one less than there are classes. */
    public static boolean isClass(float number, int classes) {
        return number >= 0 && number < classes && number == Math.rint(number);
    }

    private static boolean haveStepsAlike(Shape one, Shape other) {
        return one.rank() >= 2 && other.rank() >= 2 && one.inner().equals(other.inner());
    }

    /**
     * Some of each sample's numbers.
     *
     * @param size of a whole sample
     * @param offset of the first that is taken
     * @param count how many are
     */
    public static Samples part(Samples samples, int size, int offset, int count) {
        return (index, into, at) -> {
            float[] whole = new float[size];
            samples.copySample(index, whole, 0);
            System.arraycopy(whole, offset, into, at, count);
        };
    }

    /** The same samples with their first axis turned round. */
    public static Samples reversed(Samples samples, Shape shape) {
        int steps = shape.dimension(0);
        int size = shape.size() / steps;
        return (index, into, offset) -> {
            samples.copySample(index, into, offset);
            reverse(into, offset, steps, size);
        };
    }

    private static void reverse(float[] into, int offset, int steps, int size) {
        for (int step = 0; step < steps / 2; step++) {
            int first = offset + step * size;
            int last = offset + (steps - 1 - step) * size;
            for (int j = 0; j < size; j++) {
                float kept = into[first + j];
                into[first + j] = into[last + j];
                into[last + j] = kept;
            }
        }
    }
}
