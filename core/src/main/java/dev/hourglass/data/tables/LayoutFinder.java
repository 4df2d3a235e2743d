package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.TableColumn.Role;
import dev.hourglass.data.tables.values.Decimals;
import dev.hourglass.data.tables.values.TimeFormat;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out from a table's first lines how it is written and what its columns are, where nobody has said it. */
final class LayoutFinder {
    /** In the order in which they are preferred where several fit as well. */
    private static final List<Character> DELIMITERS = List.of(';', '\t', '|', ',', ' ');

    private static final int SAMPLE_ROWS = 300;
    private static final double CONSISTENT = 0.8;
    private static final Pattern COMMA_NUMBER = Pattern.compile("[+-]?\\d*,\\d+([eE][+-]?\\d+)?");
    private static final Pattern POINT_NUMBER = Pattern.compile("[+-]?\\d*\\.\\d+([eE][+-]?\\d+)?");
    private static final Pattern THOUSANDS = Pattern.compile("[+-]?[1-9]\\d{0,2},\\d{3}");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    private static final Pattern TIME_NAME =
            Pattern.compile("(?i).*(time|date|epoch|stamp|zeit|datum).*|ts|t|utc|unix");
    private static final Pattern INDEX_NAME = Pattern.compile("(?i)index|row|rownames");
    private static final Pattern PANDAS_INDEX = Pattern.compile("(?i)|unnamed: \\d+(\\.\\d+)?|level_\\d");
    private static final Pattern NO_NAME = Pattern.compile("(\\.\\d+)?");
    private static final int ENOUGH_STEPS = 10;
    private static final int MOST_TITLE_LINES = 50;

    private final Path file;
    private final TextFile text;
    private final TableOptions options;
    private final Gaps gaps;
    private final List<String> notes = new ArrayList<>();
    private char delimiter;
    private byte decimal;
    private List<List<String>> rows = List.of();
    private String comment = "";
    private int width;
    private int headerLines;
    private boolean named;
    private List<String> names = List.of();
    private final Map<String, Integer> places = new HashMap<>();
    /** The channels, where they are to be chosen by name. */
    private List<String> chosen = List.of();

    private LayoutFinder(Path file, TextFile text, TableOptions options) {
        this.file = file;
        this.text = text;
        this.options = options;
        gaps = new Gaps(options.syntax().missing(), (byte) '.');
    }

    /** @throws DatasetException if a setting names a column that is not there, or two readings fit as well */
    static TableLayout find(Path file, TextFile text, TableOptions options) throws IOException {
        return new LayoutFinder(file, text, options).find();
    }

    private TableLayout find() throws IOException {
        if (text.hasNoLine()) {
            throw new CorruptFileException(
                    file,
                    "a table of numbers",
                    String.format(Locale.ROOT, "a row of more than %,d bytes at line 1", text.beginning().length),
                    "Check its quotes and line ends.");
        }
        findDelimiter();
        findDecimal();
        List<String> found = names();
        named = !found.isEmpty();
        names = named ? found : numbers(width);
        for (int place = 0; place < width; place++) {
            places.put(names.get(place), place);
        }
        Role[] roles = roles();
        List<TableColumn> columns = new ArrayList<>();
        for (int place = 0; place < width; place++) {
            columns.add(new TableColumn(place, names.get(place), roles[place]));
        }
        List<TableColumn> channels = chosen.isEmpty()
                ? columns.stream()
                        .filter(column -> column.role() == Role.CHANNEL)
                        .toList()
                : chosen.stream().map(this::place).map(columns::get).toList();
        noteRising(channels);
        return new TableLayout(delimiter, (char) decimal, headerLines, named, columns, channels, time(columns), notes);
    }

    private void findDelimiter() throws IOException {
        Character given = options.syntax().delimiter();
        List<Character> tried = given == null ? DELIMITERS : List.of(given);
        double best = -1;
        for (char candidate : tried) {
            Sample sample = sample(candidate);
            double score = sample.score();
            if (score > best) {
                best = score;
                delimiter = candidate;
                rows = sample.rows;
                comment = sample.comment;
            }
        }
        if (best <= 0 && given == null) {
            // Nothing splits the lines alike: one column, or a table that is broken.
            delimiter = rows.isEmpty() ? ',' : likeliest(sample('\n').rows);
            Sample sample = sample(delimiter);
            rows = sample.rows;
            comment = sample.comment;
        }
        width = modalWidth(rows);
    }

    private static char likeliest(List<List<String>> lines) {
        String first = lines.isEmpty() ? "" : lines.getFirst().getFirst();
        return first.indexOf(';') >= 0 ? ';' : first.indexOf('\t') >= 0 ? '\t' : ',';
    }

    private record Sample(List<List<String>> rows, String comment) {
        /** How well a separator fits: the share of fields that are numbers, times or gaps; 0 where rows differ in length. */
        double score() {
            int width = modalWidth(rows);
            long alike = rows.stream().filter(row -> row.size() == width).count();
            if (width < 2 || alike < CONSISTENT * rows.size()) {
                return 0;
            }
            long known = 0;
            long fields = 0;
            for (List<String> row : rows) {
                fields += width; // Also of a row that is split otherwise, such as that of the names.
                if (row.size() == width) {
                    known += row.stream().filter(Sample::isKnown).count();
                }
            }
            return 0.01 + (double) known / fields;
        }

        private static boolean isKnown(String field) {
            return isNumber(field, (byte) '.')
                    || isNumber(field, (byte) ',')
                    || Gaps.USUAL.isGap(field)
                    || TimeFormat.areTimes(List.of(field));
        }
    }

    private Sample sample(char separator) throws IOException {
        StringBuilder comment = new StringBuilder();
        List<List<String>> found = rows(text, separator, gaps, comment);
        return new Sample(found, comment.toString());
    }

    /** The first rows of a file that are not empty, names among them. */
    static List<List<String>> rows(TextFile text, char separator, Gaps gaps) throws IOException {
        return rows(text, separator, gaps, new StringBuilder());
    }

    private static List<List<String>> rows(TextFile text, char separator, Gaps gaps, StringBuilder comment)
            throws IOException {
        List<List<String>> found = new ArrayList<>();
        byte[] beginning = text.beginning();
        RecordReader reader =
                new RecordReader(new ByteArrayInputStream(beginning), separator, beginning.length + 16, gaps);
        boolean ended = false;
        try {
            while (!ended && found.size() < SAMPLE_ROWS) {
                ended = !reader.next();
                if (!ended && !reader.isEmptyLine()) {
                    found.add(reader.texts());
                }
            }
        } catch (RecordReader.BrokenRecordException e) {
            ended = true; // Whoever reads all of it says what is wrong.
        }
        if (ended && !text.whole() && !found.isEmpty()) {
            found.removeLast();
        }
        comment.append(reader.comment());
        return found;
    }

    /** How many fields most rows have; of equally many that of the first. */
    private static int modalWidth(List<List<String>> rows) {
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        rows.forEach(row -> counts.merge(row.size(), 1, Integer::sum));
        int best = 1;
        int most = 0;
        for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
            }
        }
        return best;
    }

    private void findDecimal() {
        Character given = options.syntax().decimal();
        if (given != null) {
            decimal = (byte) given.charValue();
            return;
        }
        List<String> fields = rows.stream().flatMap(List::stream).toList();
        List<String> commas = fields.stream()
                .filter(field -> COMMA_NUMBER.matcher(field).matches())
                .toList();
        boolean points =
                fields.stream().anyMatch(field -> POINT_NUMBER.matcher(field).matches());
        decimal = (byte) (commas.isEmpty() || points ? '.' : ',');
        boolean unclear = decimal == ','
                && delimiter != ';' // which is written where commas are decimal signs
                && commas.stream().allMatch(field -> THOUSANDS.matcher(field).matches());
        if (unclear) {
            throw new DatasetException("Can't read " + file + ": '" + commas.getFirst()
                    + "' may be a number with a decimal comma or one with thousands. Say which with 'decimal': ',' for"
                    + " the first; for the second write the numbers without the comma.");
        }
    }

    /** Whether a field is a number with that decimal sign. */
    static boolean isNumber(String field, byte point) {
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        return !Double.isNaN(Decimals.parse(bytes, 0, bytes.length, point));
    }

    private boolean isData(String field) {
        return isNumber(field, decimal) || TimeFormat.areTimes(List.of(field));
    }

    private boolean hasData(List<String> row) {
        return row.stream().anyMatch(this::isData);
    }

    /** Sets how many lines the names take. */
    private List<String> names() {
        Integer given = options.syntax().headerLines();
        int preamble = given == null ? preamble() : 0;
        if (given != null) {
            headerLines = Math.min(given, rows.size());
        } else {
            headerLines = preamble;
            while (headerLines < Math.min(rows.size(), preamble + 5)
                    && (isNames(rows.get(headerLines))
                            || tellsApart(rows.subList(preamble, headerLines), rows.get(headerLines)))) {
                headerLines++;
            }
            headerLines = headerLines > preamble ? headerLines : numbersAreNames() ? 1 : 0;
        }
        if (headerLines > 0) {
            if (rows.get(headerLines - 1).size() != width) {
                width = rows.get(headerLines - 1).size();
            }
            return unique(joined(rows.subList(Math.min(preamble, headerLines - 1), headerLines)));
        }
        List<String> commented = commentNames();
        if (commented.isEmpty() && !rows.isEmpty()) {
            width = rows.getFirst().size();
        }
        return commented;
    }

    private boolean isNames(List<String> row) {
        return !hasData(row) && row.stream().anyMatch(field -> !Gaps.USUAL.isGap(field));
    }

    /** Lines of a title and the like, with fewer fields than the line of names that must follow. */
    private int preamble() {
        int most = Math.min(rows.size(), MOST_TITLE_LINES + 1);
        int lines = 0;
        while (lines < most && isTitle(lines)) {
            lines++;
        }
        if (lines == 0 || lines == most || isNames(rows.get(lines))) {
            return lines < most ? lines : 0;
        }
        // Some of them have as many fields as rows have: a word and a date, say.
        for (int line = lines + 1; line + 1 < most; line++) {
            List<String> row = rows.get(line);
            if (row.size() == width && isNames(row) && hasData(rows.get(line + 1))) {
                return line;
            }
        }
        return 0;
    }

    /** Excel's {@code sep=;} counts as one, though it may have as many fields as a row. */
    private boolean isTitle(int line) {
        List<String> row = rows.get(line);
        return row.size() < width
                || (line == 0
                        && row.size() == 2
                        && row.getFirst().equals("sep=")
                        && row.get(1).isEmpty());
    }

    /** Whether the first line, which has no names of words alone, names the columns by numbers, or some of them. */
    private boolean numbersAreNames() {
        if (namesAmongNumbers()) {
            return true;
        }
        return switch (NumberedNames.verdict(rows, decimal)) {
            case COUNTED -> {
                notes.add(
                        "The first line counts the columns and is taken for their names; 'header: 0' reads it as a row.");
                yield true;
            }
            case UNLIKE_ROWS -> {
                notes.add(
                        "The first line has numbers far from all below and is taken for the columns' names; 'header: 0'"
                                + " reads it as a row.");
                yield true;
            }
            case DOUBTED_ROW -> {
                notes.add("The first line is read as a row; if its numbers name the columns, say 'header: 1'.");
                yield false;
            }
            case ROW -> false;
        };
    }

    /** Words over columns of data, and whole numbers that count, such as {@code time,0,1,2}. */
    private boolean namesAmongNumbers() {
        if (rows.size() < 2) {
            return false;
        }
        List<String> first = rows.getFirst();
        List<String> numbers = new ArrayList<>();
        boolean words = false;
        for (int place = 0; place < first.size(); place++) {
            String field = first.get(place);
            if (WHOLE.matcher(field).matches()) {
                numbers.add(field);
            } else if (!Gaps.USUAL.isGap(field)) {
                if (isData(field) || !isDataBelow(place)) {
                    return false;
                }
                words = true;
            }
        }
        return words
                && counts(numbers)
                && (numbers.size() > 1 || numbers.getFirst().equals("0"));
    }

    /** Whether all rows but the first have numbers, times or gaps there. */
    private boolean isDataBelow(int place) {
        List<String> texts = rows.subList(1, rows.size()).stream()
                .filter(row -> place < row.size() && !gaps.isGap(row.get(place)))
                .map(row -> row.get(place))
                .toList();
        return !texts.isEmpty() && texts.stream().allMatch(this::isData);
    }

    /** Whether a line of whole numbers goes on with names above it that are the same for several columns, as pandas does. */
    private boolean tellsApart(List<List<String>> above, List<String> line) {
        List<String> named = above.isEmpty() ? List.of() : filled(joined(above));
        boolean numbers = line.stream()
                .allMatch(field -> field.isEmpty() || WHOLE.matcher(field).matches());
        if (named.isEmpty() || !numbers || new HashSet<>(named).size() == named.size()) {
            return false;
        }
        List<List<String>> lines = new ArrayList<>(above);
        lines.add(line);
        List<String> all = filled(joined(lines));
        return new HashSet<>(all).size() == all.size();
    }

    private static List<String> filled(List<String> names) {
        return names.stream().filter(name -> !name.isEmpty()).toList();
    }

    /** The first line alone where it tells the columns apart, else all of a column's lines. */
    private static List<String> joined(List<List<String>> lines) {
        for (List<String> line : lines) {
            if (new HashSet<>(line).size() == line.size()
                    && line.size() == lines.getLast().size()) {
                return line.stream().map(String::strip).toList();
            }
        }
        List<String> names = new ArrayList<>();
        for (int column = 0; column < lines.getLast().size(); column++) {
            int at = column;
            names.add(String.join(
                    "_",
                    lines.stream()
                            .filter(line -> at < line.size() && !line.get(at).isBlank())
                            .map(line -> line.get(at).strip())
                            .distinct()
                            .toList()));
        }
        return names;
    }

    private List<String> unique(List<String> names) {
        Map<String, Integer> seen = new LinkedHashMap<>();
        Set<String> all = new HashSet<>(names);
        List<String> unique = new ArrayList<>();
        for (String name : names) {
            int before = seen.merge(name, 1, Integer::sum) - 1;
            String candidate = before == 0 ? name : name + "." + before;
            while (before > 0 && !all.add(candidate)) {
                candidate += "'";
            }
            unique.add(candidate);
        }
        seen.entrySet().stream()
                .filter(name -> name.getValue() > 1 && !name.getKey().isEmpty())
                .findFirst()
                .ifPresent(name -> notes.add(String.format(
                        Locale.ROOT,
                        "%,d columns are called '%s'; those behind the first are '%s' and so on.",
                        name.getValue(),
                        Excerpt.of(name.getKey()),
                        Excerpt.of(name.getKey() + ".1"))));
        return unique;
    }

    /** NumPy writes the names behind the sign of a comment. */
    private List<String> commentNames() {
        if (comment.isEmpty()) {
            return List.of();
        }
        String line = comment.substring(1).strip();
        List<String> names =
                List.of(line.split(delimiter == ' ' ? "\\s+" : Pattern.quote(String.valueOf(delimiter)), -1)).stream()
                        .map(String::strip)
                        .toList();
        return names.size() == width && names.stream().noneMatch(this::isData) ? unique(names) : List.of();
    }

    private static List<String> numbers(int width) {
        List<String> numbers = new ArrayList<>(width);
        for (int i = 1; i <= width; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private Role[] roles() {
        Role[] roles = new Role[width];
        TableOptions.Roles said = options.roles();
        if (said.label() != null && !(said.labelOptional() && !places.containsKey(said.label()))) {
            if (!named && !places.containsKey(said.label())) {
                throw new DatasetException(
                        "Can't take labels from " + file + ": its first line names no columns. Add a line of names.");
            }
            roles[place(said.label(), "labels")] = Role.LABEL;
            if (width == 1) {
                throw new DatasetException(
                        "Can't take labels from " + file + ": it has no other column. Add the columns of the samples.");
            }
        }
        if (said.id() != null) {
            roles[place(said.id(), "the series' names")] = Role.ID;
        }
        setTimes(said.time(), roles);
        said.exclude().forEach(name -> roles[place(name, "what is left out")] = Role.LEFT_OUT);
        if (said.time().isEmpty()) {
            findTimes(roles);
        }
        chosen = chosen(wanted());
        chosen.forEach(name -> roles[place(name)] = Role.CHANNEL);
        for (int place = 0; place < width; place++) {
            if (roles[place] == null) {
                boolean out = !chosen.isEmpty() || isIndex(place, roles) || isNothing(place);
                roles[place] = out ? Role.LEFT_OUT : Role.CHANNEL;
            }
        }
        return roles;
    }

    /** Of two columns, whichever comes first, one has the times of day. */
    private void setTimes(List<String> said, @Nullable Role[] roles) {
        int[] at = said.stream().mapToInt(name -> place(name, "times")).toArray();
        boolean clockFirst = at.length == 2 && TimeFormat.areTimesOfDay(texts(at[0]));
        for (int i = 0; i < at.length; i++) {
            roles[at[i]] = at.length == 2 && (i == 0) == clockFirst ? Role.TIME_OF_DAY : Role.TIME;
        }
    }

    /** Without names in common, a table of another width may have whole samples as rows: its shape will tell. */
    private List<String> wanted() {
        List<String> columns = options.roles().columns();
        boolean other = columns.size() != names.size() && columns.stream().noneMatch(places::containsKey);
        return other && names.size() % Math.max(1, columns.size()) == 0 ? List.of() : columns;
    }

    /** The columns that are wanted; of a table that names none, all of as many. */
    private List<String> chosen(List<String> wanted) {
        List<String> missing =
                wanted.stream().filter(name -> !places.containsKey(name)).toList();
        if (!named && !missing.isEmpty() && wanted.size() == names.size()) {
            notes.add(file.getFileName() + " names no columns; they are taken for " + listed(wanted)
                    + " by their places.");
            return names;
        }
        if (!missing.isEmpty()) {
            throw new DatasetException("Can't take the columns " + listed(wanted) + " from " + file + ": it has "
                    + listed(names) + ", and " + listed(missing) + (missing.size() == 1 ? " is" : " are")
                    + " missing. Add or rename " + (missing.size() == 1 ? "it." : "them."));
        }
        return wanted;
    }

    private static String listed(List<String> names) {
        return names.stream()
                        .limit(20)
                        .map(name -> "'" + Excerpt.of(name) + "'")
                        .collect(Collectors.joining(", "))
                + (names.size() > 20 ? " and " + (names.size() - 20) + " more" : "");
    }

    private int place(String name) {
        return Objects.requireNonNull(places.get(name), name);
    }

    private int place(String name, String what) {
        if (!places.containsKey(name)) {
            throw new DatasetException("Can't take " + what + " from " + file + ": it has no column '" + name + "'."
                    + Spelling.hint(name, names));
        }
        return place(name);
    }

    /** Whether a column at the front only numbers the rows; pandas' has no name, and lacks rows that were left out. */
    private boolean isIndex(int place, @Nullable Role[] roles) {
        boolean front = place == 0
                || (roles[place - 1] == Role.LEFT_OUT
                        && PANDAS_INDEX.matcher(names.get(place - 1)).matches());
        if (!front || !named || place == width - 1) {
            return false;
        }
        List<String> texts = texts(place);
        return PANDAS_INDEX.matcher(names.get(place)).matches()
                ? risesByWhole(texts)
                : INDEX_NAME.matcher(names.get(place)).matches() && counts(texts);
    }

    /** Whether a column has neither a name nor anything else, as where separators end the lines. */
    private boolean isNothing(int place) {
        return named
                && NO_NAME.matcher(names.get(place)).matches()
                && texts(place).isEmpty();
    }

    private static boolean counts(List<String> fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (!WHOLE.matcher(fields.get(i)).matches()
                    || Integer.parseInt(fields.get(i)) != Integer.parseInt(fields.getFirst()) + i) {
                return false;
            }
        }
        return !fields.isEmpty();
    }

    private static boolean risesByWhole(List<String> fields) {
        int before = -1;
        for (String field : fields) {
            if (!WHOLE.matcher(field).matches() || Integer.parseInt(field) <= before) {
                return false;
            }
            before = Integer.parseInt(field);
        }
        return !fields.isEmpty();
    }

    /** Says which channels only go up by one step, as times and indexes do. */
    private void noteRising(List<TableColumn> channels) {
        List<TableColumn> rising = channels.stream()
                .filter(column -> risesEvenly(texts(column.place())))
                .toList();
        if (rising.isEmpty() || rising.size() == channels.size()) {
            return;
        }
        notes.add(String.format(
                Locale.ROOT,
                "%s %s up by the same step in each row, as times or an index do, and %s read as %s; 'exclude' leaves"
                        + " %s out.",
                TableLayout.quoted(rising),
                rising.size() == 1 ? "goes" : "go",
                rising.size() == 1 ? "is" : "are",
                rising.size() == 1 ? "a channel" : "channels",
                rising.size() == 1 ? "it" : "them"));
    }

    private boolean risesEvenly(List<String> texts) {
        if (texts.size() < ENOUGH_STEPS) {
            return false;
        }
        double first = number(texts.getFirst());
        double step = (number(texts.getLast()) - first) / (texts.size() - 1);
        int point = texts.getFirst().indexOf(decimal);
        double last = point < 0 ? 0 : Math.pow(10, point + 1 - texts.getFirst().length());
        double rounding = 1e-6 * step + (last <= 0.1 * step ? last : 0);
        double before = first - step;
        for (String text : texts) {
            double now = number(text);
            if (!(Math.abs(now - before - step) <= rounding)) {
                return false;
            }
            before = now;
        }
        return step > 0;
    }

    private double number(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Decimals.parse(bytes, 0, bytes.length, decimal);
    }

    /** What rows of the sample have there, without gaps. */
    private List<String> texts(int place) {
        return rows.subList(headerLines, rows.size()).stream()
                .filter(row -> place < row.size() && !gaps.isGap(row.get(place)))
                .map(row -> row.get(place))
                .toList();
    }

    private void findTimes(@Nullable Role[] roles) {
        int dates = -1;
        int timesOfDay = -1;
        int counts = -1;
        for (int place = 0; place < width; place++) {
            List<String> texts = texts(place);
            if (roles[place] != null || texts.isEmpty()) {
                continue;
            }
            if (TimeFormat.areDates(texts)) {
                if (dates >= 0) {
                    leaveOutTimes(place, roles);
                } else {
                    dates = place;
                }
            } else if (TimeFormat.areTimesOfDay(texts)) {
                timesOfDay = timesOfDay < 0 ? place : timesOfDay;
            } else if (TIME_NAME.matcher(names.get(place)).matches() && TimeFormat.areCounts(texts)) {
                counts = counts < 0 ? place : counts;
            }
        }
        int times = dates >= 0 ? dates : timesOfDay >= 0 ? timesOfDay : counts;
        if (times >= 0) {
            roles[times] = Role.TIME;
        }
        if (dates >= 0 && timesOfDay >= 0) {
            if (TimeFormat.areDatesAlone(texts(dates))) {
                roles[timesOfDay] = Role.TIME_OF_DAY;
            } else {
                leaveOutTimes(timesOfDay, roles);
            }
        }
    }

    private void leaveOutTimes(int place, @Nullable Role[] roles) {
        roles[place] = Role.LEFT_OUT;
        notes.add("Column '" + Excerpt.of(names.get(place))
                + "' has times as well and is left out; 'time_column' chooses.");
    }

    private @Nullable TimeFormat time(List<TableColumn> columns) {
        TableColumn times = columns.stream()
                .filter(column -> column.role() == Role.TIME)
                .findFirst()
                .orElse(null);
        if (times == null) {
            return null;
        }
        List<String> texts = texts(times.place());
        Optional<TimeFormat> format =
                TimeFormat.of(texts, options.times().order(), options.times().zone());
        return format.orElseThrow(() -> new DatasetException(String.format(
                Locale.ROOT,
                "Can't tell day from month in column '%s' of %s: '%s' may be either. Say 'date_order: day_first' or"
                        + " 'date_order: month_first'.",
                Excerpt.of(times.name()),
                file,
                Excerpt.of(texts.getFirst()))));
    }
}
