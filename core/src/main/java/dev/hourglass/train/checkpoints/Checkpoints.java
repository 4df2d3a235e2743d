package dev.hourglass.train.checkpoints;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.EpochPlace;
import dev.hourglass.train.History;
import dev.hourglass.train.TrainingState;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one model's training in a folder: {@code step-000000352.checkpoint} and the one before it, named
 * by the steps taken, and {@code epoch-0002.checkpoint} for each epoch that is to be kept. Each file is written beside
 * its place, forced to the disk and moved, so at any instant one of the two is whole.
 *
 * <p>The folder may be a stranger's; see {@link ConfinedFolder}. One that is deleted or replaced after it was first used
 * is not created again: saving fails with a {@link RefusedFileException}.
 */
public final class Checkpoints {
    private static final Pattern STEP = Pattern.compile("step-(\\d{9,10})\\.checkpoint");
    private static final Pattern EPOCH = Pattern.compile("epoch-(\\d{4,9})\\.checkpoint");
    private static final int GENERATIONS = 2;

    /**
     * A checkpoint that can be gone on from.
     *
     * @param warnings a sentence for each newer one that is damaged, with what that costs
     */
    public record Found(Path file, Checkpoint checkpoint, List<String> warnings) {
        public Found {
            warnings = List.copyOf(warnings);
        }
    }

    private record Generation(String name, long steps) {}

    private final Path path;
    /** Of the folder's entries, within what it is confined to. */
    private final String prefix;

    private @Nullable ConfinedFolder confined;

    /** @param folder made when the first one is saved */
    public Checkpoints(Path folder) {
        path = folder;
        prefix = "";
    }

    /**
     * @param run the folder that nothing may lead out of
     * @param folder in it, such as {@code checkpoints/cnn}; made when the first one is saved
     */
    public Checkpoints(ConfinedFolder run, String folder) {
        path = run.path(folder);
        prefix = folder + "/";
        confined = run;
    }

    /** Where they lie, for messages. */
    public Path folder() {
        return path;
    }

    /** The folder to write to. */
    private synchronized ConfinedFolder made() throws IOException {
        if (confined == null) {
            confined = ConfinedFolder.create(path);
        }
        return confined;
    }

    /** The folder to read from, if there is one. */
    private synchronized Optional<ConfinedFolder> found() throws IOException {
        if (confined == null && Files.isDirectory(path)) {
            confined = ConfinedFolder.open(path);
        }
        return Optional.ofNullable(confined);
    }

    /**
     * Saves a state; the one before the last is removed.
     *
     * @return the file
     * @throws IOException if it can't be saved; those saved before stay
     */
    public Path save(Checkpoint checkpoint) throws IOException {
        String name = prefix
                + String.format(
                        Locale.ROOT,
                        "step-%09d.checkpoint",
                        checkpoint.state().optimizer().steps());
        ConfinedFolder folder = made();
        removeTemporaries(folder);
        CheckpointFile.write(folder, name, checkpoint);
        for (Generation old : generations().stream().skip(GENERATIONS).toList()) {
            folder.delete(old.name());
        }
        return folder.path(name);
    }

    /**
     * Keeps the state at the end of the last epoch for good.
     *
     * @throws IOException if it can't be saved
     */
    public void keepEpoch(Checkpoint checkpoint) throws IOException {
        CheckpointFile.write(
                made(), epochFile(checkpoint.state().history().last().number()), checkpoint);
    }

    /** The epochs that were kept, upwards. */
    public List<Integer> epochs() throws IOException {
        return files(EPOCH).stream()
                .map(generation -> Math.toIntExact(generation.steps()))
                .sorted()
                .toList();
    }

    /**
     * The state at the end of an epoch, if it was kept or is the last. Changes nothing in the folder.
     *
     * @throws CorruptFileException if it is damaged or of another model
     * @throws IOException if it can't be read
     */
    public Optional<Checkpoint> atEndOf(int epoch, AutoencoderSpec spec, Normalization normalization)
            throws IOException {
        Optional<ConfinedFolder> folder = found();
        if (folder.isPresent() && folder.get().find(epochFile(epoch)).isPresent()) {
            return Optional.of(CheckpointFile.read(folder.get(), epochFile(epoch), spec, normalization));
        }
        return search(spec, normalization).map(Search::checkpoint).filter(checkpoint -> {
            EpochPlace place = checkpoint.state().place();
            return place.epoch() == epoch + 1 && place.samples() == 0;
        });
    }

    /** The newest file, whole or not. */
    public Optional<Path> newestFile() throws IOException {
        Optional<Generation> newest = generations().stream().findFirst();
        return newest.isEmpty()
                ? Optional.empty()
                : found().map(folder -> folder.path(newest.get().name()));
    }

    /** Leaves only the newest generation, and the epochs that were kept. */
    public void removeOlder() throws IOException {
        for (Generation old : generations().stream().skip(1).toList()) {
            made().delete(old.name());
        }
    }

    /**
     * Removes all generations and, where nothing else is in it, the folder.
     *
     * @throws IOException if a file can't be removed
     */
    public void remove() throws IOException {
        for (Generation generation : generations()) {
            made().delete(generation.name());
        }
        if (found().isPresent()) {
            removeTemporaries(made());
        }
        if (!prefix.isEmpty()) {
            made().deleteEmptyFolder(prefix.substring(0, prefix.length() - 1));
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            // Epochs that were kept, or what was put aside as damaged.
        }
    }

    private String epochFile(int epoch) {
        return prefix + String.format(Locale.ROOT, "epoch-%04d.checkpoint", epoch);
    }

    /**
     * The newest checkpoint that is whole. One that is damaged is put aside under a name that ends in {@code .damaged}.
     *
     * @return empty if there is none
     * @throws CorruptFileException if there are some and all are damaged
     * @throws IOException if the folder can't be read
     */
    public Optional<Found> newest(AutoencoderSpec spec, Normalization normalization) throws IOException {
        Search search = search(spec, normalization).orElse(null);
        if (search == null) {
            return Optional.empty();
        }
        ConfinedFolder folder = made();
        for (Generation bad : search.damaged()) {
            folder.move(bad.name(), bad.name() + ".damaged");
        }
        return Optional.of(new Found(folder.path(search.whole().name()), search.checkpoint(), search.warnings()));
    }

    /**
     * @param damaged those that are newer
     * @param problems of each of these
     */
    private record Search(Generation whole, Checkpoint checkpoint, List<Generation> damaged, List<String> problems) {
        List<String> warnings() {
            List<String> warnings = new ArrayList<>();
            for (int i = 0; i < damaged.size(); i++) {
                long lost =
                        damaged.get(i).steps() - checkpoint.state().optimizer().steps();
                warnings.add(String.format(
                        Locale.ROOT,
                        "A checkpoint is damaged (%s) and was put aside; continuing from the one before it, %,d steps"
                                + " earlier%s.",
                        problems.get(i),
                        lost,
                        duration(checkpoint.state(), lost)));
            }
            return warnings;
        }
    }

    /** Looks for the newest that is whole, and leaves all as it is. */
    private Optional<Search> search(AutoencoderSpec spec, Normalization normalization) throws IOException {
        List<Generation> damaged = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        CorruptFileException last = null;
        for (Generation generation : generations()) {
            try {
                ConfinedFolder folder = found().orElseThrow(() -> new NoSuchFileException(path.toString()));
                Checkpoint checkpoint = CheckpointFile.read(folder, generation.name(), spec, normalization);
                return Optional.of(new Search(generation, checkpoint, damaged, problems));
            } catch (CorruptFileException e) {
                last = e;
                damaged.add(generation);
                problems.add(Failures.reason(e));
            }
        }
        if (last != null) {
            throw last;
        }
        return Optional.empty();
    }

    /** Such as {@code , about 12 s of work}; empty if no step's time is known. */
    private static String duration(TrainingState state, long steps) {
        double seconds = state.place().trainNanos() / 1e9
                + state.history().epochs().stream()
                        .mapToDouble(History.Epoch::trainSeconds)
                        .sum();
        int taken = state.optimizer().steps();
        return taken == 0
                ? ""
                : String.format(Locale.ROOT, ", about %.0f s of work", Math.ceil(seconds * steps / taken));
    }

    /** Newest first. */
    private List<Generation> generations() throws IOException {
        return files(STEP).stream()
                .sorted(Comparator.comparingLong(Generation::steps).reversed())
                .toList();
    }

    private List<Generation> files(Pattern pattern) throws IOException {
        List<Generation> files = new ArrayList<>();
        for (String name : names()) {
            Matcher matcher = pattern.matcher(name.substring(prefix.length()));
            if (matcher.matches()) {
                files.add(new Generation(name, Long.parseLong(matcher.group(1))));
            }
        }
        return files;
    }

    /** Of all that is in the folder, whatever it is: a link in a checkpoint's place shall be refused, not passed over. */
    private List<String> names() throws IOException {
        Optional<ConfinedFolder> folder = found();
        if (folder.isEmpty()) {
            return List.of();
        }
        return prefix.isEmpty() ? folder.get().names() : folder.get().names(prefix.substring(0, prefix.length() - 1));
    }

    /** What a killed process left half written would fill the disk. */
    private void removeTemporaries(ConfinedFolder folder) throws IOException {
        for (String name : names()) {
            if (name.endsWith(AtomicFile.TEMPORARY)) {
                folder.delete(name);
            }
        }
    }
}
