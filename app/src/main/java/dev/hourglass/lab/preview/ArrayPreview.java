package dev.hourglass.lab.preview;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.ValueRange;
import dev.hourglass.lab.recipe.draft.ArrayDraft;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.report.figures.ContactSheet;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.TableFigure;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a file of arrays. */
final class ArrayPreview implements DataPreview {
    private static final int SHOWN = 24;
    private static final int MOST_PARTS = 2_048;

    private final Path file;
    private final ArrayDraft draft;
    private final Dataset data;
    private final ValueRange range;

    ArrayPreview(Path file, DraftChoices choices) {
        this(file, ArrayDraft.of(file, choices));
    }

    private ArrayPreview(Path file, ArrayDraft draft) {
        this.file = file;
        this.draft = draft;
        data = draft.data();
        range = draft.range();
    }

    @Override
    public DataPreview with(DraftChoices other) {
        return new ArrayPreview(file, draft.with(other));
    }

    @Override
    public String recipe(String source) {
        return draft.recipe(source);
    }

    @Override
    public List<String> notes() {
        return draft.notes();
    }

    @Override
    public TrainingCost cost() {
        Shape shape = data.sampleShape();
        return TrainingCost.measure(
                recipe(name()),
                input -> draft.samples(),
                (long) data.size() * shape.size() * (draft.isPictures() ? 1 : Float.BYTES));
    }

    private String name() {
        return String.valueOf(file.getFileName());
    }

    private Map<String, Integer> classes() {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int i = 0; data.hasLabels() && i < data.size(); i++) {
            counts.merge(data.label(i), 1, Integer::sum);
        }
        Map<String, Integer> named = new LinkedHashMap<>();
        List<String> names = data.classNames();
        counts.forEach((label, count) -> named.put(label < names.size() ? names.get(label) : label.toString(), count));
        return named;
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>(notes());
        lines.add(String.format(Locale.ROOT, "%,d samples %s", data.size(), data.sampleShape()));
        lines.add("Numbers  " + range);
        lines.add("Meaning  " + (draft.isPictures() ? "pictures" : draft.steps() > 1 ? "rows of a series" : "samples"));
        if (draft.hasBothParts()) {
            lines.add("Parts    one to train on, one to test by; this is the former");
        }
        classes()
                .forEach((name, count) ->
                        lines.add(String.format(Locale.ROOT, "Class    %s, %,d samples", name, count)));
        if (draft.steps() > 1) {
            lines.add(String.format(Locale.ROOT, "Windows  of %d rows, one every %d", draft.steps(), draft.stride()));
        }
        lines.add(cost().toString());
        return lines;
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("kind", "arrays");
        root.put("file", file.toString());
        ArrayNode notes = root.putArray("notes");
        notes().forEach(notes::add);
        root.put("rows", data.size());
        ArrayNode shape = root.putArray("shape");
        for (int length : data.sampleShape().toArray()) {
            shape.add(length);
        }
        root.put("pictures", draft.isPictures());
        root.put("bothParts", draft.hasBothParts());
        ObjectNode numbers = root.putObject("range");
        TablePreview.number(numbers, "least", range.least());
        TablePreview.number(numbers, "most", range.most());
        numbers.put("whole", range.whole());
        ArrayNode classes = root.putArray("classes");
        classes().forEach((name, count) -> classes.addObject().put("name", name).put("samples", count));
        ObjectNode samples = root.putObject("samples");
        samples.put("count", draft.samples());
        samples.put("steps", draft.steps());
        samples.put("stride", draft.stride());
        return root;
    }

    @Override
    public Figure figure() {
        return draft.isPictures() ? pictures() : course();
    }

    private Figure pictures() {
        Shape shape = data.sampleShape();
        int pixels = shape.dimension(0) * shape.dimension(1);
        int channels = shape.size() / pixels;
        double low = Math.min(0, range.least());
        double span = Math.max(range.most() - low, Float.MIN_NORMAL);
        List<ContactSheet.Tile> tiles = new ArrayList<>();
        int shown = Math.min(SHOWN, data.size());
        float[] sample = new float[shape.size()];
        for (int i = 0; i < shown; i++) {
            int index = (int) ((long) i * data.size() / shown);
            data.copySample(index, sample, 0);
            float[] colours = new float[pixels * 3];
            for (int at = 0; at < colours.length; at++) {
                int channel = channels == 3 ? at % 3 : 0;
                colours[at] = (float) Math.clamp((sample[at / 3 * channels + channel] - low) / span, 0, 1);
            }
            tiles.add(new ContactSheet.Tile(String.valueOf(index), shape.dimension(1), shape.dimension(0), colours));
        }
        return ContactSheet.draw(name(), String.format(Locale.ROOT, "%,d of %,d pictures", shown, data.size()), tiles);
    }

    /** The channels over the rows, or over the steps of the first samples. */
    private Figure course() {
        Shape shape = data.sampleShape();
        boolean rows = shape.rank() == 1;
        int channels = shape.dimension(-1);
        int shown = rows ? data.size() : Math.min(SHOWN, data.size());
        int each = shape.size() / channels;
        long steps = (long) shown * each;
        int parts = (int) Math.min(MOST_PARTS, steps);
        List<TableFigure.Track> tracks = new ArrayList<>();
        int drawn = Math.min(SHOWN, channels);
        float[][] courses = new float[drawn][2 * parts];
        for (float[] course : courses) {
            Arrays.fill(course, Float.NaN);
        }
        long[] missing = new long[drawn];
        float[] sample = new float[shape.size()];
        for (int row = 0; row < shown; row++) {
            data.copySample(row, sample, 0);
            for (int step = 0; step < each; step++) {
                int part = (int) (((long) row * each + step) * parts / steps);
                for (int channel = 0; channel < drawn; channel++) {
                    add(courses[channel], part, sample[step * channels + channel], missing, channel);
                }
            }
        }
        for (int channel = 0; channel < drawn; channel++) {
            double least = Double.NaN;
            double most = Double.NaN;
            for (int part = 0; part < parts; part++) {
                float low = courses[channel][2 * part];
                if (!Float.isNaN(low)) {
                    least = Double.isNaN(least) ? low : Math.min(least, low);
                    most = Double.isNaN(most)
                            ? courses[channel][2 * part + 1]
                            : Math.max(most, courses[channel][2 * part + 1]);
                }
            }
            tracks.add(new TableFigure.Track("[" + channel + "]", least, most, missing[channel], courses[channel]));
        }
        String note = String.format(
                Locale.ROOT, "%,d samples %s%s", data.size(), shape, rows ? "" : ", the first " + shown + " are drawn");
        return TableFigure.draw(name(), note, tracks);
    }

    private static void add(float[] course, int part, float value, long[] missing, int channel) {
        if (Float.isNaN(value)) {
            missing[channel]++;
            return;
        }
        float low = course[2 * part];
        course[2 * part] = Float.isNaN(low) ? value : Math.min(low, value);
        course[2 * part + 1] = Float.isNaN(low) ? value : Math.max(course[2 * part + 1], value);
    }
}
