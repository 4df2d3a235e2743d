package dev.hourglass.data.series;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.LostClasses;
import dev.hourglass.data.files.Labels;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.files.Folders;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables as training and test samples, in steps that each take rows and give rows: read, split by time, brought to equal
 * steps, filled, cut, scaled. All but the reading is done to each part by itself.
 */
final class TableSplit {
    private final Path file;
    private final SeriesOptions options;
    private final List<String> notes = new ArrayList<>();

    private TableSplit(Path file, SeriesOptions options) {
        this.file = file;
        this.options = options;
    }

    static SeriesSplit open(Path source, SeriesOptions options) {
        Optional<Folders.Parts> parts =
                Files.isDirectory(source) && options.test() == null ? TableFolder.parts(source) : Optional.empty();
        if (parts.isEmpty()) {
            return new TableSplit(source, options).open();
        }
        Path training = parts.get().training();
        Path test = parts.get().test();
        TableSplit split = new TableSplit(training, options.withTest(test));
        split.notes.add("Files of " + training + " are trained on, those of " + test + " are tested by.");
        return split.open();
    }

    private SeriesSplit open() {
        Path testFile = options.test();
        String label = options.table().roles().label();
        Table first = read(file, leavingOutOf(file, testFile).withLabel(label, testFile != null), options.labels());
        Table training;
        Table test;
        if (testFile == null) {
            int cut = cut(first);
            training = first.range(0, cut);
            test = first.range(cut, first.rows());
        } else {
            training = first;
            // One of the two has the labels: a name that neither knows is misspelt.
            TableOptions same = leavingOutOf(testFile, file).withLabel(label, first.labels() != null);
            test = read(testFile, first.columns().isEmpty() ? same : same.withColumns(first.columns()), null);
            requireSameKind(training, test);
        }
        ClassNumbers classes = ClassNumbers.of(training, test);
        boolean[] learned = chosen(training, testFile, "to train on");
        boolean[] tested = options.classes().testAlike() ? chosen(test, testFile, "to test by") : null;
        return new Parts(training, test, learned, tested, classes).split();
    }

    /** What is left out of one of two files may be missing in it, where the other has it; else it is misspelt. */
    private TableOptions leavingOutOf(Path of, @Nullable Path other) {
        TableOptions settings = options.table();
        List<String> leftOut = settings.roles().exclude();
        if (other == null || leftOut.isEmpty()) {
            return settings;
        }
        DataSources.requireFile(of);
        DataSources.requireFile(other);
        List<String> here = TableReader.columnsOf(of, settings);
        List<String> there = TableReader.columnsOf(other, settings);
        return settings.withExclude(leftOut.stream()
                .filter(name -> here.contains(name) || !there.contains(name))
                .toList());
    }

    /** Both parts on their way to samples. */
    private final class Parts {
        private final SeriesRows training;
        private final SeriesRows test;
        private final ClassNumbers classes;

        Parts(Table training, Table test, boolean[] learned, boolean @Nullable [] tested, ClassNumbers classes) {
            this.training = prepared(training, learned, options.test() == null ? "training part" : nameOf(training));
            this.test = prepared(test, tested, options.test() == null ? "test part" : nameOf(test));
            this.classes = classes;
        }

        private SeriesRows prepared(Table table, boolean @Nullable [] used, String part) {
            SeriesRows rows = new SeriesRows(table, used, part);
            notes.addAll(TimeSteps.of(rows.table()).describe(part, options.steps()));
            SeriesOptions.Resample resample = options.steps().resample();
            return resample == null ? rows : Resampling.apply(rows, resample);
        }

        SeriesSplit split() {
            SeriesOptions.Scale scale = options.scaling();
            List<SeriesRows.Gap> trainingGaps = training.gaps();
            List<SeriesRows.Gap> testGaps = test.gaps();
            notes.addAll(training.describe(trainingGaps));
            notes.addAll(test.describe(testGaps));
            notes.addAll(training.describeChannels(scale != null));
            double[] means = training.means();
            SeriesOptions.Missing missing = options.steps().missing();
            SeriesRows filledTraining = training.filled(trainingGaps, missing, means);
            SeriesRows filledTest = test.filled(testGaps, missing, means);
            Table table = filledTraining.table();
            Normalization fitted =
                    scale == null ? Normalization.NONE : scale.fit(table.channels(), filledTraining::forEachUsed);
            Normalization normalization = fitted.withColumns(table.columns());
            int usual = classes.usual(training.table(), options.classes().trainOn());
            FloatDataset trained = samples(filledTraining, usual, false).withNormalization(normalization);
            FloatDataset tested = samples(filledTest, usual, true).withNormalization(normalization);
            return new SeriesSplit(trained, tested, notes);
        }

        private FloatDataset samples(SeriesRows rows, int usual, boolean toTheEnd) {
            Table table = rows.table();
            FloatDataset data = TableSamples.of(rows, classes, options.steps());
            Cuts cuts = rows.cuts(options, toTheEnd);
            LabelRule rule = options.classes().rule();
            notes.addAll(rows.describeCuts(cuts, options));
            FloatDataset cut = data.cut(cuts, rule, usual);
            // Classes that are not trained on are left out as asked.
            boolean chosen = !toTheEnd && !options.classes().trainOn().isEmpty();
            if (data.hasLabels() && !chosen) {
                notes.addAll(LostClasses.describe(data, cut, rule, rows.part(), "label_rule: any"));
            }
            boolean single = options.window() == null && table.ids() == null;
            return single ? cut.reshaped(Shape.of(table.channels())) : cut;
        }
    }

    /** @param labels of the rows, in the order of the file */
    private Table read(Path of, TableOptions settings, @Nullable Path labels) {
        DataSources.requireFile(of);
        Table table = SoundFolder.isSound(of)
                ? SoundFolder.read(of, options.spectrogram())
                : TableReader.readAll(of, settings);
        notes.addAll(table.notes());
        return (labels == null ? table : labelled(table, labels)).bySeries();
    }

    private static Table labelled(Table table, Path labels) {
        Labels found = DataSources.readLabels(labels, table.rows());
        int[] classes = found.classes();
        if (classes.length != table.rows()) {
            throw new CorruptFileException(
                    labels,
                    String.format(Locale.ROOT, "%,d labels, one for each row of %s", table.rows(), table.file()),
                    String.format(Locale.ROOT, "%,d", classes.length),
                    "Samples and labels are of different sets; take both from the same one.");
        }
        if (!found.names().isEmpty()) {
            return table.withLabels(classes, found.names());
        }
        Map<Integer, Integer> codes = new LinkedHashMap<>();
        int[] each = Arrays.stream(classes)
                .map(number -> codes.computeIfAbsent(number, ignored -> codes.size()))
                .toArray();
        return table.withLabels(
                each, codes.keySet().stream().map(String::valueOf).toList());
    }

    /** The first row that is tested by: by time where there is one series, else whole series. */
    private int cut(Table table) {
        int[] bounds = table.seriesBounds();
        int series = bounds.length - 1;
        if (series == 1) {
            int tested = (int) Math.round(table.rows() * options.testShare());
            requireRows("training", table.rows() - tested, table.rows());
            requireRows("test", tested, table.rows());
            return table.rows() - tested;
        }
        int tested = Math.clamp(Math.round(series * options.testShare()), 1, series - 1);
        notes.add(String.format(
                Locale.ROOT, "The last %,d of %,d series of %s are tested by.", tested, series, nameOf(table)));
        return bounds[series - tested];
    }

    private void requireRows(String part, int found, int of) {
        SeriesOptions.Window window = options.window();
        int needed = window == null ? 1 : window.steps();
        if (found < needed) {
            throw SeriesSplit.tooShort(file, part, found, of, window);
        }
    }

    private static String nameOf(Table table) {
        return String.valueOf(table.file().getFileName());
    }

    private static void requireSameKind(Table training, Table test) {
        if (training.channels() != test.channels()) {
            throw new DatasetException("Rows of " + test.file() + " are [" + test.channels() + "], expected ["
                    + training.channels() + "] as in " + training.file() + ". Give both the same columns.");
        }
    }

    /** Which rows are of the classes that are wanted. */
    private boolean[] chosen(Table rows, @Nullable Path testFile, String what) {
        boolean[] kept = new boolean[rows.rows()];
        Arrays.fill(kept, true);
        List<String> wanted = options.classes().trainOn();
        int[] labels = rows.labels();
        if (wanted.isEmpty()) {
            return kept;
        }
        if (labels == null) {
            if (testFile != null && options.table().roles().label() != null) {
                notes.add(nameOf(rows) + " has no column '"
                        + options.table().roles().label() + "'; all of its rows are trained on.");
                return kept;
            }
            throw new DatasetException("Can't choose the rows to train on by class: " + rows.file()
                    + " has no labels. Name their column with 'label_column'.");
        }
        List<String> classes = rows.classes();
        for (String name : wanted) {
            if (classes.stream().noneMatch(text -> ClassNumbers.same(text, name))) {
                throw new DatasetException("Can't train on the class '" + name + "' of " + rows.file()
                        + ": no row has it." + Spelling.hint(name, classes));
            }
        }
        boolean[] chosen = new boolean[classes.size()];
        for (int code = 0; code < chosen.length; code++) {
            String text = classes.get(code);
            chosen[code] = wanted.stream().anyMatch(name -> ClassNumbers.same(text, name));
        }
        int count = 0;
        for (int row = 0; row < labels.length; row++) {
            kept[row] = chosen[labels[row]];
            count += kept[row] ? 1 : 0;
        }
        notes.add(String.format(
                Locale.ROOT,
                "%,d of the %,d rows %s are %s.",
                count,
                labels.length,
                what,
                String.join(" or ", wanted)));
        return kept;
    }
}
