package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.tables.values.Decimals;
import dev.hourglass.data.tables.values.TimeFormat;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.FileStamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One pass over a table for its {@link TableProfile}. */
final class TableScan {
    /** Of the same kind as those of {@link LabelColumns}, but no class of a row. */
    private static final Pattern MARK_NAME = Pattern.compile("(?i)change_?points?");

    /** What instruments write in place of a number; anything else with digits may be one in another form. */
    private static final Pattern NO_NUMBER = Pattern.compile("[^0-9]+|[+-]?1\\.#[A-Za-z]+");

    private static final Pattern NUMBERS = Pattern.compile("[+-]?[0-9.,]+");
    private static final int MOST_GAP_WORDS = 5;
    private static final int MOST_LABELS = 20;
    private static final int MOST_NAMED = 5;
    private static final int MOST_RELATED = 64;
    private static final int MOST_STEPS = 1 << 14;
    private static final int COURSE = 1 << 11;
    /** Of all channels together. */
    private static final int MOST_COURSE = 1 << 20;

    private static final double SAME = 0.99;

    private final Path source;

    TableScan(Path source) {
        this.source = source;
    }

    /** Of a file, or of all tables of a folder: the columns of the first are those of all. */
    TableProfile profile(TableOptions given, DoubleConsumer progress) {
        boolean folder = Files.isDirectory(source);
        List<Path> files = folder ? TableFolder.files(source) : List.of(source);
        List<TableProfile.Words> words = new ArrayList<>();
        TableOptions options = given;
        try (TableReader reader = TableReader.open(files.getFirst(), given)) {
            options = withoutWords(given, reader, words);
            List<String> columns = reader.layout().channelNames();
            if (folder && !columns.isEmpty() && options.roles().columns().isEmpty()) {
                List<String> exclude = options.roles().exclude();
                String label = options.roles().label();
                options = options.withColumns(columns.stream()
                        .filter(name -> !exclude.contains(name) && !name.equals(label))
                        .toList());
            }
        } catch (IOException e) {
            throw unreadable(files.getFirst(), e);
        }
        Sums sums = null;
        Share share = new Share(files, progress);
        for (Path file : files) {
            TableOptions read = options;
            Sums before = sums;
            share.begin(file);
            sums = FileStamp.whileUnchanged(file, () -> {
                try (TableReader reader = TableReader.open(file, read)) {
                    return (before == null ? new Sums(reader) : before).add(reader, share);
                } catch (IOException e) {
                    throw unreadable(file, e);
                }
            });
        }
        TableOptions told = folder ? options.withColumns(given.roles().columns()) : options;
        return Objects.requireNonNull(sums).profile(source, told, words);
    }

    private static DatasetException unreadable(Path file, IOException e) {
        return new DatasetException("Can't read " + file + ": " + e.getMessage() + ".", e);
    }

    /** Leaves out columns that are no numbers; the likeliest of them has the labels. */
    private static TableOptions withoutWords(TableOptions given, TableReader reader, List<TableProfile.Words> words)
            throws IOException {
        Set<String> missing = new LinkedHashSet<>(given.syntax().missing());
        List<List<String>> texts = reader.sample();
        Gaps gaps = new Gaps(given.syntax().missing(), reader.decimal());
        String label = given.roles().label();
        List<String> exclude = new ArrayList<>(given.roles().exclude());
        List<TableColumn> suspects = reader.layout().channels().stream()
                .filter(column -> isSuspect(column, texts, gaps, reader.decimal()))
                .toList();
        for (boolean named : new boolean[] {true, false}) {
            for (TableColumn column : suspects) {
                List<String> found = texts.stream()
                        .map(row -> column.place() < row.size() ? row.get(column.place()) : "")
                        .filter(text -> !gaps.isGap(text))
                        .toList();
                Set<String> different = new HashSet<>(found);
                List<String> others = different.stream()
                        .filter(text -> !isNumber(text, reader.decimal()))
                        .sorted()
                        .toList();
                boolean numbers = others.isEmpty();
                if (areGaps(others, found) && !LabelColumns.isName(column.name())) {
                    missing.addAll(others);
                    continue;
                }
                if (!numbers && others.stream().allMatch(TableReader::isOtherNumber)) {
                    continue; // The reader says how numbers have to be written.
                }
                boolean marks = different.size() <= MOST_LABELS && found.size() > 2 * different.size();
                boolean byName = LabelColumns.isName(column.name()) && different.size() <= MOST_LABELS;
                boolean mark = MARK_NAME.matcher(column.name()).matches() && different.size() <= 2;
                boolean known = exclude.contains(column.name()) || column.name().equals(label);
                if (known || !reader.layout().named() || (numbers && !byName && !mark)) {
                    continue;
                }
                boolean takes = label == null && (named ? byName : !numbers && marks);
                if (takes) {
                    label = column.name();
                } else if (!named) {
                    exclude.add(column.name());
                }
                if (takes || !named) {
                    List<String> some = different.stream()
                            .sorted()
                            .limit(MOST_NAMED)
                            .map(Excerpt::of)
                            .toList();
                    words.add(new TableProfile.Words(column.name(), some, takes));
                }
            }
        }
        TableOptions.Roles roles = given.roles();
        TableOptions.Syntax syntax = given.syntax();
        return given.withRoles(new TableOptions.Roles(
                        roles.time(), roles.columns(), exclude, label, roles.labelOptional(), roles.id()))
                .withSyntax(new TableOptions.Syntax(
                        syntax.delimiter(), syntax.decimal(), syntax.headerLines(), List.copyOf(missing)));
    }

    /** Whether a few words stand among numbers, nine in ten at least. */
    private static boolean areGaps(List<String> others, List<String> found) {
        long words = found.stream().filter(others::contains).count();
        return words > 0
                && others.size() <= MOST_GAP_WORDS
                && 10 * words <= found.size()
                && others.stream().allMatch(NO_NUMBER.asMatchPredicate());
    }

    /** Whether a column may be more than one of numbers: of most of many thousands a glance is enough. */
    private static boolean isSuspect(TableColumn column, List<List<String>> texts, Gaps gaps, byte decimal) {
        if (LabelColumns.isName(column.name())
                || MARK_NAME.matcher(column.name()).matches()) {
            return true;
        }
        for (List<String> row : texts) {
            String text = column.place() < row.size() ? row.get(column.place()) : "";
            if (!isNumber(text, decimal) && !gaps.isGap(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNumber(String text, byte decimal) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return !Double.isNaN(Decimals.parse(bytes, 0, bytes.length, decimal));
    }

    /** How much of all files has gone by; of a packed one, which has more than its bytes, at most all. */
    private static final class Share {
        private final DoubleConsumer progress;
        private final long all;
        private long before;
        private long ofThis;

        Share(List<Path> files, DoubleConsumer progress) {
            this.progress = progress;
            all = files.stream().mapToLong(Share::bytes).sum();
        }

        private static long bytes(Path file) {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }

        void begin(Path file) {
            before += ofThis;
            ofThis = bytes(file);
        }

        void at(long read) {
            progress.accept((before + Math.min(read, ofThis)) / (double) Math.max(1, all));
        }
    }

    /** What is added up while the rows go by. */
    private static final class Sums {
        private final TableReader first;
        private final int channels;
        private final OfChannel[] each;
        private final double[] shift;
        private final double[][] products;
        private final double[] sums;
        private final TreeMap<Long, Integer> steps = new TreeMap<>();
        private final Map<Integer, Long> lastTimes = new HashMap<>();
        private final Map<String, Long> classes = new LinkedHashMap<>();
        private int files;
        private int series;
        private double acrossSquares;
        private long acrossCount;
        private long rows;
        private long whole;
        private long otherSteps;
        private long longest;
        private long firstTime = Long.MAX_VALUE;
        private long lastTime = Long.MIN_VALUE;

        Sums(TableReader reader) {
            first = reader;
            channels = reader.layout().channels().size();
            each = new OfChannel[channels];
            int parts = Math.clamp(Integer.highestOneBit(MOST_COURSE / channels), 2, COURSE);
            Arrays.setAll(each, i -> new OfChannel(parts));
            shift = new double[channels];
            int related = channels > MOST_RELATED ? 0 : channels;
            products = new double[related][related];
            sums = new double[related];
        }

        /** All rows of a further file, which is a series of its own. */
        Sums add(TableReader reader, Share share) throws IOException {
            if (files > 0) {
                TableRows.requireSameKind(first, reader);
            }
            lastTimes.clear();
            for (OfChannel channel : each) {
                channel.begin();
            }
            long before = rows;
            TreeMap<Integer, Long> codes = new TreeMap<>();
            RowBlock block = reader.newBlock();
            while (reader.read(block)) {
                share.at(reader.bytesRead());
                for (int row = 0; row < block.rows; row++) {
                    add(reader, block, row, codes);
                }
            }
            if (rows == before) {
                throw reader.noRows();
            }
            List<String> names = reader.classNames();
            codes.forEach((code, count) -> classes.merge(names.get(code), count, Long::sum));
            files++;
            series += Math.max(1, reader.seriesCount());
            return this;
        }

        TableProfile profile(Path source, TableOptions options, List<TableProfile.Words> words) {
            List<String> notes = new ArrayList<>(first.notes());
            if (Files.isDirectory(source)) {
                notes.addFirst(String.format(
                        Locale.ROOT,
                        "%s: %,d file%s, each a series; of the first:",
                        source.getFileName(),
                        files,
                        files == 1 ? "" : "s"));
            }
            List<String> gaps = options.syntax().missing().stream()
                    .filter(text -> !NUMBERS.matcher(text).matches())
                    .limit(MOST_NAMED)
                    .map(text -> "'" + Excerpt.of(text) + "'")
                    .toList();
            if (!gaps.isEmpty()) {
                notes.add("Among numbers " + String.join(", ", gaps)
                        + (gaps.size() == 1 ? " stands for a gap" : " stand for gaps") + " (missing_values).");
            }
            List<TableProfile.Channel> found = new ArrayList<>();
            for (int i = 0; i < channels; i++) {
                String name = first.layout().channels().get(i).name();
                found.add(each[i].channel(name));
            }
            List<TableProfile.ClassCount> counts = new ArrayList<>();
            classes.forEach((name, count) -> counts.add(new TableProfile.ClassCount(name, count)));
            return new TableProfile(
                    source,
                    options,
                    notes,
                    first.layout().named(),
                    rows,
                    series,
                    found,
                    words,
                    times(),
                    counts,
                    related(),
                    across());
        }

        private void add(TableReader reader, RowBlock block, int row, Map<Integer, Long> codes) {
            int at = row * channels;
            boolean all = true;
            for (int i = 0; i < channels; i++) {
                double value = block.values[at + i];
                if (rows == 0 || (Double.isNaN(shift[i]) && !Double.isNaN(value))) {
                    shift[i] = value;
                }
                all &= !Double.isNaN(value);
                each[i].add(value, rows);
                if (i > 0 && !Double.isNaN(value - block.values[at + i - 1])) {
                    double difference = value - block.values[at + i - 1];
                    acrossSquares += difference * difference;
                    acrossCount++;
                }
            }
            if (all) {
                whole++;
                for (int i = 0; i < sums.length; i++) {
                    double a = block.values[at + i] - shift[i];
                    sums[i] += a;
                    for (int j = 0; j < i; j++) {
                        products[i][j] += a * (block.values[at + j] - shift[j]);
                    }
                    products[i][i] += a * a;
                }
            }
            if (reader.hasLabels()) {
                codes.merge(block.labels[row], 1L, Long::sum);
            }
            if (reader.layout().time() != null) {
                addTime(block.times[row], reader.hasIds() ? block.ids[row] : 0);
            }
            rows++;
        }

        private void addTime(long time, int series) {
            firstTime = Math.min(firstTime, time);
            lastTime = Math.max(lastTime, time);
            Long before = lastTimes.put(series, time);
            if (before == null) {
                return;
            }
            long step = time - before;
            longest = Math.max(longest, step);
            if (steps.size() < MOST_STEPS || steps.containsKey(step)) {
                steps.merge(step, 1, Integer::sum);
            } else {
                otherSteps++;
            }
        }

        private TableProfile.@Nullable Times times() {
            TimeFormat format = first.layout().time();
            if (format == null) {
                return null;
            }
            long known = steps.values().stream().mapToLong(Integer::longValue).sum();
            long usual = 0;
            long seen = 0;
            for (Map.Entry<Long, Integer> step : steps.entrySet()) {
                seen += step.getValue();
                if (seen > known / 2) {
                    usual = step.getKey();
                    break;
                }
            }
            long repeated = steps.getOrDefault(0L, 0);
            long irregular = otherSteps;
            for (Map.Entry<Long, Integer> step : steps.entrySet()) {
                boolean other = step.getKey() != 0 && Math.abs(step.getKey() - usual) > usual / 100;
                irregular += other ? step.getValue() : 0;
            }
            SampleTimes ends = SampleTimes.of(MemorySegment.ofArray(new long[] {firstTime, lastTime}), format.zoned());
            String column = first.layout()
                    .only(TableColumn.Role.TIME)
                    .map(TableColumn::name)
                    .orElse("");
            return new TableProfile.Times(column, ends.begin(0), ends.begin(1), usual, longest, repeated, irregular);
        }

        private List<TableProfile.Related> related() {
            List<TableProfile.Related> related = new ArrayList<>();
            for (int i = 0; i < sums.length; i++) {
                for (int j = 0; j < i; j++) {
                    double a = products[i][i] - sums[i] * sums[i] / whole;
                    double b = products[j][j] - sums[j] * sums[j] / whole;
                    double both = products[i][j] - sums[i] * sums[j] / whole;
                    double correlation = both / Math.sqrt(a * b);
                    if (a > 0 && b > 0 && Math.abs(correlation) >= SAME) {
                        List<TableColumn> names = first.layout().channels();
                        related.add(new TableProfile.Related(
                                names.get(j).name(), names.get(i).name(), Math.clamp(correlation, -1, 1)));
                    }
                }
            }
            return related;
        }

        /** The mean squared distance of neighbours over twice the variance of all numbers. */
        private double across() {
            double count = 0;
            double sum = 0;
            double squares = 0;
            for (OfChannel channel : each) {
                double shifted = channel.first - each[0].first;
                count += channel.count;
                sum += channel.sum + channel.count * shifted;
                squares += channel.squares + 2 * shifted * channel.sum + channel.count * shifted * shifted;
            }
            double variance = squares / count - sum / count * (sum / count);
            return channels < 8 || variance <= 0 ? Double.NaN : acrossSquares / acrossCount / variance;
        }
    }

    /** One channel; sums are of distances to its first number, of which less is lost. */
    private static final class OfChannel {
        private long count;
        private long missing;
        private long run;
        private long longestRun;
        private double first;
        private double before = Double.NaN;
        private double last;
        private double least = Double.POSITIVE_INFINITY;
        private double most = Double.NEGATIVE_INFINITY;
        private double sum;
        private double squares;
        private double neighbours;
        private long pairs;
        private boolean whole = true;
        private final int parts;
        private float[] course;
        private long partRows = 1;

        /** @param parts of the course, a power of two */
        OfChannel(int parts) {
            this.parts = parts;
            course = new float[2 * parts];
            Arrays.fill(course, Float.NaN);
        }

        /** What comes next does not follow what came before. */
        void begin() {
            before = Double.NaN;
            run = 0;
        }

        void add(double value, long row) {
            if (Double.isNaN(value)) {
                missing++;
                run++;
                longestRun = Math.max(longestRun, run);
                before = Double.NaN;
                return;
            }
            run = 0;
            first = count == 0 ? value : first;
            count++;
            double distance = value - first;
            least = Math.min(least, value);
            most = Math.max(most, value);
            sum += distance;
            squares += distance * distance;
            whole &= value == Math.rint(value);
            if (!Double.isNaN(before)) {
                neighbours += distance * before;
                pairs++;
            }
            before = distance;
            last = distance;
            while (row / partRows >= parts) {
                halve();
            }
            int part = (int) (row / partRows);
            course[2 * part] =
                    Float.isNaN(course[2 * part]) ? (float) value : Math.min(course[2 * part], (float) value);
            course[2 * part + 1] =
                    Float.isNaN(course[2 * part + 1]) ? (float) value : Math.max(course[2 * part + 1], (float) value);
        }

        /** Joins two parts to one each. */
        private void halve() {
            float[] half = new float[course.length];
            Arrays.fill(half, Float.NaN);
            for (int part = 0; part < parts / 2; part++) {
                for (int i = 0; i < 2; i++) {
                    float a = course[4 * part + i];
                    float b = course[4 * part + 2 + i];
                    half[2 * part + i] =
                            Float.isNaN(a) ? b : Float.isNaN(b) ? a : i == 0 ? Math.min(a, b) : Math.max(a, b);
                }
            }
            course = half;
            partRows *= 2;
        }

        TableProfile.Channel channel(String name) {
            double mean = sum / count;
            double variance = Math.max(0, squares / count - mean * mean);
            // The sum of products of distances to the mean, from those to the first number.
            double covariance = pairs == 0
                    ? Double.NaN
                    : neighbours / pairs - mean * (2 * sum - last) / Math.max(1, count) + mean * mean;
            boolean known = count > 1 && least < most && variance > 0;
            return new TableProfile.Channel(
                    name,
                    missing,
                    longestRun,
                    count == 0 ? Double.NaN : least,
                    count == 0 ? Double.NaN : most,
                    count == 0 ? Double.NaN : first + mean,
                    count == 0 ? Double.NaN : Math.sqrt(variance),
                    known ? Math.clamp(covariance / variance, -1, 1) : Double.NaN,
                    whole && count > 0,
                    course);
        }
    }
}
