package dev.hourglass.cli.arguments;

import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.values.DateOrder;
import dev.hourglass.lab.recipe.SeriesWords;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How a table is read, by the words of a recipe; what isn't said is found out. */
public final class TableArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--delimiter",
            paramLabel = "CHAR",
            converter = Delimiter.class,
            description = "Tables: what separates columns, such as ';', tab or space (default: found out).")
    private @Nullable Character delimiter;

    @Option(
            names = "--decimal",
            paramLabel = "CHAR",
            converter = Decimal.class,
            description = "Tables: the decimal point or comma (default: found out).")
    private @Nullable Character decimal;

    @Option(
            names = "--header",
            paramLabel = "N",
            converter = HeaderLines.class,
            description = "Tables: how many lines name the columns, 0 for none (default: found out).")
    private @Nullable Integer header;

    @Option(
            names = "--missing-values",
            paramLabel = "VALUE",
            split = ",",
            description = "Tables: what else stands for a gap, such as -999.")
    private List<String> missingValues = new ArrayList<>();

    @Option(
            names = "--time-column",
            paramLabel = "NAME",
            split = ",",
            description = "The column of times, or those of date and time of day (default: found out).")
    private List<String> timeColumn = new ArrayList<>();

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            converter = Zone.class,
            description = "Of times that name none, such as Europe/Berlin or +02:00 (default: none).")
    private ZoneId timeZone = ZoneOffset.UTC;

    @Option(
            names = "--date-order",
            paramLabel = "ORDER",
            converter = Order.class,
            description = "day_first or month_first, where a date may be read both ways.")
    private @Nullable DateOrder dateOrder;

    @Option(names = "--sort", description = "Put rows in the order of their times (default: refuse others).")
    private boolean sort;

    @Option(
            names = "--columns",
            paramLabel = "NAME",
            split = ",",
            description = "The columns that the model reads, in its order (default: those that it was trained on).")
    private List<String> columns = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "NAME", split = ",", description = "Columns that are left out.")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "The column of a CSV file that holds the labels.")
    private @Nullable String labelColumn;

    @Option(
            names = "--label-rule",
            paramLabel = "RULE",
            converter = Rule.class,
            description = "A window's label: majority of its steps (default), any unusual one, or that of the last.")
    private LabelRule labelRule = LabelRule.MAJORITY;

    @Option(
            names = "--id-column",
            paramLabel = "NAME",
            description =
                    "The column that tells several series of a file apart; no window crosses from one to the next.")
    private @Nullable String idColumn;

    @Option(
            names = "--missing",
            paramLabel = "HOW",
            converter = Missing.class,
            description = "What becomes of a table's missing numbers: interpolate, hold, mean or drop_windows (default:"
                    + " refuse them).")
    private SeriesOptions.Missing missing = SeriesOptions.Missing.FAIL;

    @Option(
            names = "--max-gap",
            paramLabel = "TIME",
            converter = Time.class,
            description = "No window crosses a longer time, such as 5min.")
    private @Nullable Duration maxGap;

    @Option(
            names = "--resample",
            paramLabel = "TIME[:HOW]",
            converter = Steps.class,
            description =
                    "Brings rows to steps of equal time, such as 1min or 1min:max; mean (default), median, first, last,"
                            + " min, max or sum of what is in a step.")
    private SeriesOptions.@Nullable Resample resample;

    @Option(
            names = "--lengths",
            paramLabel = "pad[:N]",
            converter = Filling.class,
            description =
                    "Takes each series as a sample, filled up with N (default: -1) to the model's steps (default: cut"
                            + " them into windows).")
    private SeriesOptions.@Nullable Lengths lengths;

    /** Settings that can't be meant together are a mistake on the command line. */
    public SourceOptions.Tables read() {
        try {
            TableOptions table = new TableOptions(
                    new TableOptions.Syntax(delimiter, decimal, header, missingValues),
                    new TableOptions.Roles(timeColumn, columns, exclude, labelColumn, false, idColumn),
                    new TableOptions.Times(dateOrder, timeZone, sort));
            SeriesOptions.Lengths filling = lengths == null ? SeriesOptions.Steps.PLAIN.lengths() : lengths;
            return new SourceOptions.Tables(
                    table, new SeriesOptions.Steps(missing, maxGap, resample, filling), lengths != null, labelRule);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "Settings of the table: " + e.getMessage(), e);
        }
    }

    /** One of the texts that a setting may have. */
    abstract static class Words<T> implements ITypeConverter<T> {
        private final String expected;
        private final Function<String, Optional<T>> find;

        Words(String expected, Function<String, Optional<T>> find) {
            this.expected = expected;
            this.find = find;
        }

        @Override
        public T convert(String text) {
            return find.apply(text)
                    .orElseThrow(() -> new TypeConversionException("expected " + expected + ", found '" + text + "'"));
        }
    }

    /** A constant by its name in lower case. */
    abstract static class Constants<T extends Enum<T>> extends Words<T> {
        Constants(Class<T> type) {
            super(
                    Arrays.stream(type.getEnumConstants()).map(Constants::word).collect(Collectors.joining(", ")),
                    text -> Arrays.stream(type.getEnumConstants())
                            .filter(constant -> word(constant).equals(text))
                            .findFirst());
        }

        private static String word(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
    }

    /** A separator. */
    static final class Delimiter extends Words<Character> {
        Delimiter() {
            super(SeriesWords.DELIMITER, SeriesWords::delimiter);
        }
    }

    /** A point or a comma. */
    static final class Decimal extends Words<Character> {
        Decimal() {
            super(SeriesWords.DECIMAL, SeriesWords::decimal);
        }
    }

    /** A time zone. */
    static final class Zone extends Words<ZoneId> {
        Zone() {
            super(SeriesWords.ZONE, SeriesWords::zone);
        }
    }

    /** A length of time. */
    static final class Time extends Words<Duration> {
        Time() {
            super(SeriesWords.DURATION, SeriesWords::duration);
        }
    }

    /** Equal steps. */
    static final class Steps extends Words<SeriesOptions.Resample> {
        Steps() {
            super(
                    "a time of at least 1ms such as 1min, or with what becomes of a step's numbers, such as 1min:max",
                    Steps::find);
        }

        private static Optional<SeriesOptions.Resample> find(String text) {
            int colon = text.indexOf(':');
            String how = colon < 0 ? "mean" : text.substring(colon + 1);
            return SeriesWords.duration(colon < 0 ? text : text.substring(0, colon))
                    .filter(every -> every.compareTo(Duration.ofMillis(1)) >= 0)
                    .flatMap(every -> Arrays.stream(SeriesOptions.Resample.How.values())
                            .filter(known ->
                                    known.name().toLowerCase(Locale.ROOT).equals(how))
                            .map(known -> new SeriesOptions.Resample(every, known))
                            .findFirst());
        }
    }

    /** What series are filled up with. */
    static final class Filling extends Words<SeriesOptions.Lengths> {
        Filling() {
            super("pad, or pad:N with a number", Filling::find);
        }

        private static Optional<SeriesOptions.Lengths> find(String text) {
            if (text.equals("pad")) {
                return Optional.of(SeriesOptions.Steps.PLAIN.lengths());
            }
            try {
                return text.startsWith("pad:")
                        ? Optional.of(new SeriesOptions.Lengths(false, Float.parseFloat(text.substring(4))))
                                .filter(lengths -> Float.isFinite(lengths.filling()))
                        : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    /** {@link DateOrder}. */
    static final class Order extends Constants<DateOrder> {
        Order() {
            super(DateOrder.class);
        }
    }

    /** {@link LabelRule}. */
    static final class Rule extends Constants<LabelRule> {
        Rule() {
            super(LabelRule.class);
        }
    }

    /** {@link SeriesOptions.Missing}. */
    static final class Missing extends Constants<SeriesOptions.Missing> {
        Missing() {
            super(SeriesOptions.Missing.class);
        }
    }

    /** How many lines. */
    static final class HeaderLines extends WholeNumber<Integer> {
        HeaderLines() {
            super(0, 100);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }
}
