package dev.hourglass.train;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Failures;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoints of one model's training in a folder: {@code step-000000352.checkpoint} and the one before it, named
 * by the steps taken, and {@code epoch-0002.checkpoint} for each epoch that is to be kept. Each file is written beside
 * its place, forced to the disk and moved, so at any instant one of the two is whole.
 *
 * @param folder made when the first one is saved
 */
public record Checkpoints(Path folder) {
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

    private record Generation(Path file, long steps) {}

    /**
     * Saves a state; the one before the last is removed.
     *
     * @return the file
     * @throws IOException if it can't be saved; those saved before stay
     */
    public Path save(Checkpoint checkpoint) throws IOException {
        String name = String.format(
                Locale.ROOT,
                "step-%09d.checkpoint",
                checkpoint.state().optimizer().steps());
        Path file = folder.resolve(name);
        removeTemporaries();
        CheckpointFile.write(file, checkpoint);
        for (Generation old : generations().stream().skip(GENERATIONS).toList()) {
            Files.deleteIfExists(old.file());
        }
        return file;
    }

    /**
     * Keeps the state at the end of the last epoch for good.
     *
     * @throws IOException if it can't be saved
     */
    public void keepEpoch(Checkpoint checkpoint) throws IOException {
        CheckpointFile.write(epochFile(checkpoint.state().history().last().number()), checkpoint);
    }

    /** The epochs that were kept, upwards. */
    public List<Integer> epochs() throws IOException {
        return files(EPOCH).stream()
                .map(generation -> Math.toIntExact(generation.steps()))
                .sorted()
                .toList();
    }

    /**
     * The state at the end of an epoch, if it was kept or is the last.
     *
     * @throws CorruptFileException if it is damaged or of another model
     * @throws IOException if it can't be read
     */
    public Optional<Checkpoint> atEndOf(int epoch, AutoencoderSpec spec, Normalization normalization)
            throws IOException {
        if (Files.exists(epochFile(epoch))) {
            return Optional.of(CheckpointFile.read(epochFile(epoch), spec, normalization));
        }
        return newest(spec, normalization).map(Found::checkpoint).filter(checkpoint -> {
            EpochPlace place = checkpoint.state().place();
            return place.epoch() == epoch + 1 && place.samples() == 0;
        });
    }

    /** The newest file, whole or not. */
    public Optional<Path> newestFile() throws IOException {
        return generations().stream().map(Generation::file).findFirst();
    }

    /** Leaves only the newest generation, and the epochs that were kept. */
    public void removeOlder() throws IOException {
        for (Generation old : generations().stream().skip(1).toList()) {
            Files.deleteIfExists(old.file());
        }
    }

    /**
     * Removes all generations and, where nothing else is in it, the folder.
     *
     * @throws IOException if a file can't be removed
     */
    public void remove() throws IOException {
        for (Generation generation : generations()) {
            Files.deleteIfExists(generation.file());
        }
        removeTemporaries();
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // Epochs that were kept, or what was put aside as damaged.
        }
    }

    private Path epochFile(int epoch) {
        return folder.resolve(String.format(Locale.ROOT, "epoch-%04d.checkpoint", epoch));
    }

    /**
     * The newest checkpoint that is whole. One that is damaged is put aside under a name that ends in {@code .damaged}.
     *
     * @return empty if there is none
     * @throws CorruptFileException if there are some and all are damaged
     * @throws IOException if the folder can't be read
     */
    public Optional<Found> newest(AutoencoderSpec spec, Normalization normalization) throws IOException {
        List<Generation> damaged = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        CorruptFileException last = null;
        for (Generation generation : generations()) {
            try {
                Checkpoint checkpoint = CheckpointFile.read(generation.file(), spec, normalization);
                List<String> warnings = new ArrayList<>();
                for (int i = 0; i < damaged.size(); i++) {
                    long lost = damaged.get(i).steps()
                            - checkpoint.state().optimizer().steps();
                    warnings.add(String.format(
                            Locale.ROOT,
                            "A checkpoint is damaged (%s) and was put aside; going on from the one before it, %,d steps"
                                    + " earlier%s.",
                            problems.get(i),
                            lost,
                            duration(checkpoint.state(), lost)));
                }
                for (Generation bad : damaged) {
                    Files.move(
                            bad.file(),
                            bad.file().resolveSibling(bad.file().getFileName() + ".damaged"),
                            StandardCopyOption.REPLACE_EXISTING);
                }
                return Optional.of(new Found(generation.file(), checkpoint, warnings));
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
        List<Generation> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Matcher name = pattern.matcher(String.valueOf(file.getFileName()));
                    if (name.matches()) {
                        found.add(new Generation(file, Long.parseLong(name.group(1))));
                    }
                }
            }
        }
        return found;
    }

    /** What a killed process left half written would fill the disk. */
    private void removeTemporaries() throws IOException {
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, "*" + AtomicFile.TEMPORARY)) {
                for (Path leftover : leftovers) {
                    Files.deleteIfExists(leftover);
                }
            }
        }
    }
}
