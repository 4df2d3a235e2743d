package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.Split;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of a file's arrays are the samples and which their labels, by their names: {@code x}, {@code data} and the like
 * for samples, {@code y}, {@code labels} and the like for labels, {@code train} and {@code test} for the parts.
 *
 * @param samples what was chosen
 * @param labels of these samples; null if there are none
 */
public record ArrayChoice(ArrayFile.Entry samples, ArrayFile.@Nullable Entry labels) {
    private static final Set<String> TRAINING = Set.of("train", "training", "tr", "trn");
    private static final Set<String> TEST = Set.of("test", "testing", "te", "tst");
    private static final Set<String> OTHER_PART = Set.of("val", "valid", "validation", "dev");
    private static final Set<String> LABELS =
            Set.of("y", "label", "labels", "target", "targets", "class", "classes", "gt");
    private static final Set<String> SAMPLES = Set.of(
            "x", "data", "samples", "images", "image", "input", "inputs", "features", "series", "signals", "signal");
    private static final int MOST_LISTED = 12;
    private static final String CHOOSE = "Choose one with 'array: NAME' in a recipe, or --array NAME.";

    private enum Part {
        NONE,
        TRAINING,
        TEST,
        OTHER
    }

    /** A name taken apart. */
    private record Meaning(ArrayFile.Entry entry, Part part, boolean isLabels, boolean isNamedSamples) {
        static Meaning of(ArrayFile.Entry entry) {
            String spaced = entry.name()
                    .replaceAll("([a-z0-9])([A-Z])", "$1 $2")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9]+", " ")
                    .replaceAll("\\b([xy])(train|test)", "$1 $2")
                    .strip();
            List<String> words = List.of(spaced.split(" "));
            Part part = words.stream().anyMatch(TRAINING::contains)
                    ? Part.TRAINING
                    : words.stream().anyMatch(TEST::contains)
                            ? Part.TEST
                            : words.stream().anyMatch(OTHER_PART::contains) ? Part.OTHER : Part.NONE;
            boolean labels = words.stream().anyMatch(LABELS::contains) && isRow(entry);
            return new Meaning(entry, part, labels, words.stream().anyMatch(SAMPLES::contains));
        }

        private static boolean isRow(ArrayFile.Entry entry) {
            return entry.shape().stream().filter(length -> length != 1).count() <= 1;
        }
    }

    /**
     * @param array the name that the user chose; null to go by the names. One of a part stands for its counterpart where
     *     the other part is wanted
     * @param split which part is wanted, where there are parts
     * @return empty if the file has no such part
     * @throws DatasetException if there is no such array, or several that may be meant
     * @throws CorruptFileException if all but labels, or the one that was chosen, can't be read
     */
    static Optional<ArrayChoice> of(Path file, ArrayFile arrays, @Nullable String array, Split split) {
        List<Meaning> all = meanings(arrays);
        Part wanted = split == Split.TRAINING ? Part.TRAINING : Part.TEST;
        Meaning chosen;
        if (array == null) {
            List<Meaning> candidates = all.stream().filter(one -> !one.isLabels).toList();
            if (candidates.isEmpty() && !arrays.leftOut().isEmpty()) {
                throw arrays.leftOut().values().iterator().next();
            }
            List<Meaning> none = candidates.isEmpty() ? all : candidates;
            List<Meaning> part = none.stream().filter(one -> one.part == wanted).toList();
            boolean hasParts = none.stream().anyMatch(one -> one.part != Part.NONE);
            if (part.isEmpty() && hasParts) {
                part = none.stream().filter(one -> one.part == Part.NONE).toList();
            } else if (part.isEmpty()) {
                part = none;
            }
            if (part.isEmpty()) {
                return Optional.empty();
            }
            chosen = only(file, part, all);
        } else {
            Meaning named = Meaning.of(named(file, arrays, array));
            if (named.part == Part.NONE || named.part == wanted) {
                chosen = named;
            } else {
                String same = stem(named);
                Optional<Meaning> counterpart = all.stream()
                        .filter(one -> one.part == wanted && stem(one).equals(same))
                        .findFirst();
                if (counterpart.isEmpty()) {
                    return split == Split.TEST ? Optional.empty() : Optional.of(with(named, all));
                }
                chosen = counterpart.get();
            }
        }
        return Optional.of(with(chosen, all));
    }

    /**
     * The array of a name, with or without a slash before it.
     *
     * @throws DatasetException if there is none
     * @throws CorruptFileException if it can't be read
     */
    static ArrayFile.Entry named(Path file, ArrayFile arrays, String array) {
        String plain = array.startsWith("/") ? array.substring(1) : array;
        CorruptFileException unread =
                arrays.leftOut().getOrDefault(array, arrays.leftOut().get(plain));
        if (unread != null) {
            throw unread;
        }
        return arrays.entries().stream()
                .filter(one -> one.name().equals(array) || one.name().equals(plain))
                .findFirst()
                .orElseThrow(() -> new DatasetException("Can't take the array '" + array + "' from " + file
                        + ": it has " + listed(meanings(arrays)) + "."
                        + Spelling.hint(
                                array,
                                arrays.entries().stream()
                                        .map(ArrayFile.Entry::name)
                                        .toList())));
    }

    private static ArrayChoice with(Meaning chosen, List<Meaning> all) {
        List<Meaning> labels = all.stream()
                .filter(one -> one.isLabels && !one.equals(chosen) && one.part == chosen.part)
                .filter(one -> count(one) == chosen.entry.shape().getFirst())
                .toList();
        return new ArrayChoice(chosen.entry, labels.size() == 1 ? labels.getFirst().entry : null);
    }

    private static int count(Meaning labels) {
        return labels.entry.shape().stream().reduce(1, (a, b) -> a * b);
    }

    /** A name without its part. */
    private static String stem(Meaning one) {
        return one.entry.name().toLowerCase(Locale.ROOT).replaceAll("train(ing)?|test(ing)?", "");
    }

    private static Meaning only(Path file, List<Meaning> candidates, List<Meaning> all) {
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        List<Meaning> named =
                candidates.stream().filter(one -> one.isNamedSamples).toList();
        if (named.size() == 1) {
            return named.getFirst();
        }
        throw new DatasetException(
                "Can't tell which array of " + file + " has the samples: " + listed(all) + ". " + CHOOSE);
    }

    private static String listed(List<Meaning> all) {
        return all.stream()
                        .limit(MOST_LISTED)
                        .map(one -> Excerpt.of(one.entry.toString(), 60))
                        .collect(Collectors.joining(", "))
                + (all.size() > MOST_LISTED ? " and " + (all.size() - MOST_LISTED) + " more" : "");
    }

    /** Whether a file has samples to train on and others to test by. */
    public static boolean hasBoth(Path file, ArrayFile arrays, @Nullable String array) {
        Optional<ArrayChoice> training = of(file, arrays, array, Split.TRAINING);
        Optional<ArrayChoice> test = of(file, arrays, array, Split.TEST);
        return training.isPresent() && test.isPresent() && !training.equals(test);
    }

    /**
     * Samples of an array file with their labels.
     *
     * @param array by name; null to choose by the names
     * @param split which part is taken where there are two
     * @param notes gets a sentence about what was chosen, where there was a choice
     * @throws DatasetException if there is no such array, or several that may be meant
     * @throws CorruptFileException if it is damaged
     */
    public static FloatDataset open(
            Path file, ArrayFile arrays, @Nullable String array, Split split, List<String> notes) {
        Split other = split == Split.TEST ? Split.TRAINING : Split.TEST;
        return of(file, arrays, array, split)
                .or(() -> of(file, arrays, array, other))
                .orElseThrow(() -> new DatasetException("Can't tell which array of " + file + " has the samples: "
                        + listed(meanings(arrays)) + ". " + CHOOSE))
                .read(file, arrays, notes);
    }

    private static List<Meaning> meanings(ArrayFile arrays) {
        return arrays.entries().stream().map(Meaning::of).toList();
    }

    private FloatDataset read(Path file, ArrayFile arrays, List<String> notes) {
        FloatDataset data = arrays.samples(samples);
        String found = file.getFileName() + ": samples from " + samples;
        String end = describe(arrays.leftOut().keySet()) + ".";
        if (labels == null) {
            if (arrays.entries().size() + arrays.leftOut().size() > 1) {
                notes.add(found + end);
            }
            return data;
        }
        try {
            FloatDataset labelled = data.withLabels(arrays.labels(labels), List.of());
            notes.add(found + ", labels from " + labels + end);
            return labelled;
        } catch (CorruptFileException e) {
            notes.add(found + "; " + labels + " are no labels: " + e.finding() + end);
            return data;
        }
    }

    private static String describe(Set<String> leftOut) {
        return leftOut.isEmpty()
                ? ""
                : leftOut.stream()
                                .limit(MOST_LISTED)
                                .map(name -> "'" + Excerpt.of(name) + "'")
                                .collect(Collectors.joining(", ", "; left out, as it can't be read: ", ""))
                        + (leftOut.size() > MOST_LISTED ? " and " + (leftOut.size() - MOST_LISTED) + " more" : "");
    }

    /**
     * The labels of an array file, where it is a file of labels.
     *
     * @param samples how many are wanted
     * @throws DatasetException if it can't be told which they are
     */
    public static int[] labels(Path file, ArrayFile arrays, int samples) {
        List<Meaning> all = meanings(arrays);
        List<Meaning> labels = all.stream().filter(one -> one.isLabels).toList();
        List<Meaning> fitting =
                labels.stream().filter(one -> count(one) == samples).toList();
        List<Meaning> candidates = fitting.isEmpty() ? labels.isEmpty() ? all : labels : fitting;
        if (candidates.size() != 1) {
            throw new DatasetException(
                    "Can't tell which array of " + file + " has the labels: " + listed(all) + ". Save them as NPY.");
        }
        return arrays.labels(candidates.getFirst().entry);
    }
}
