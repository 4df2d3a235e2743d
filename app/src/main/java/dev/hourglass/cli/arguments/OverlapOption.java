package dev.hourglass.cli.arguments;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.formats.SavedModel;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which answer the rows of a series get. */
public final class OverlapOption {
    @Option(
            names = "--overlap",
            paramLabel = "HOW",
            converter = Name.class,
            description =
                    "What a row of a series gets that several windows have: mean (default), median, or that of the"
                            + " last one; windows writes a line for each window instead of each row.")
    private Choice choice = Choice.MEAN;

    /** {@link Overlap}, and none. */
    enum Choice {
        MEAN(Overlap.MEAN),
        MEDIAN(Overlap.MEDIAN),
        LAST(Overlap.LAST),
        WINDOWS(null);

        private final @Nullable Overlap overlap;

        Choice(@Nullable Overlap overlap) {
            this.overlap = overlap;
        }
    }

    /** One of them by its name in lower case. */
    static final class Name implements ITypeConverter<Choice> {
        @Override
        public Choice convert(String text) {
            return Arrays.stream(Choice.values())
                    .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "expected mean, median, last or windows, found '" + text + "'"));
        }
    }

    /** Room for the answers to the rows of a series; empty where the samples are of none, or windows are wanted. */
    public Optional<RowAnswers> of(Dataset samples, SavedModel model) {
        int channels = samples.sampleShape().dimension(-1);
        return isSeries(samples) && model.output().equals(samples.sampleShape())
                ? of(samples, channels)
                : Optional.empty();
    }

    /**
     * Room for answers of another kind.
     *
     * @param numbers of each
     */
    public Optional<RowAnswers> of(Dataset samples, int numbers) {
        return samples.places()
                .filter(places -> isSeries(samples))
                .flatMap(
                        places -> Optional.ofNullable(choice.overlap).map(how -> new RowAnswers(places, numbers, how)));
    }

    /** Windows of rows, or rows of which it is known what they are. */
    private static boolean isSeries(Dataset samples) {
        Optional<SamplePlaces> places = samples.places();
        if (places.isEmpty() || samples.normalization().isPixels()) {
            return false;
        }
        SourceRows rows = places.get().rows();
        return switch (samples.sampleShape().rank()) {
            case 1 -> !rows.columns().isEmpty() || rows.times() != null;
            case 2 -> places.get().windows();
            default -> false;
        };
    }

    /** What to say of rows that have no answer; empty if there is none. */
    public static String unanswered(RowAnswers rows) {
        int count = rows.unanswered();
        return count == 0 ? "" : String.format(Locale.ROOT, "; %,d rows are in no window and have NaN", count);
    }
}
