package dev.hourglass.data.series;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.files.WavFile;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Folders;
import dev.hourglass.files.ScratchNumbers;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A folder of WAV files as a table of many series, a file each: of frames, or of spectra. If all lie in folders inside it,
 * those are the classes. Files of different classes take turns in proportion, so that the last ones, which are tested by,
 * are of all classes; else they come in the order of their names.
 */
public final class SoundFolder {
    private static final String ENDING = ".wav";
    private static final int MOST_LISTED = 5;

    private final Path folder;
    private final @Nullable LogMelSpectrogram spectrogram;
    private final List<String> leftOut = new ArrayList<>();
    private int framesPerSecond;
    private int channels;

    private SoundFolder(Path folder, @Nullable LogMelSpectrogram spectrogram) {
        this.folder = folder;
        this.spectrogram = spectrogram;
    }

    /** A sound before it is read; its label is empty where there are no classes. */
    record Sound(Path file, String name, String label) {}

    /** Whether a source is a folder with more WAV files than tables and pictures, such as notes and lists beside them. */
    public static boolean isOne(Path source) {
        if (!Files.isDirectory(source)) {
            return false;
        }
        int sounds = sounds(source).size();
        if (sounds == 0) {
            return false;
        }
        TableFolder.Content content = TableFolder.content(source);
        return sounds > content.tables() + content.pictures();
    }

    /** Whether a source is such a folder, or a WAV file by its name. */
    public static boolean isSound(Path source) {
        return isWav(source) ? Files.isRegularFile(source) : isOne(source);
    }

    private static boolean isWav(Path file) {
        return Folders.name(file).toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    private static List<Path> sounds(Path folder) {
        return files(folder).stream().filter(SoundFolder::isWav).toList();
    }

    private static List<Path> files(Path folder) {
        try {
            List<Path> files = new ArrayList<>(Folders.files(folder));
            for (Path inner : Folders.folders(folder)) {
                files.addAll(Folders.allFiles(inner));
            }
            return files;
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + folder + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    /**
     * Reads all of it.
     *
     * @param source a folder, or a WAV file, which is a series by itself
     * @param spectrogram that each file becomes; null for its frames
     * @throws DatasetException if no file can be read, or their rates differ
     */
    static Table read(Path source, @Nullable LogMelSpectrogram spectrogram) {
        return new SoundFolder(source, spectrogram).table();
    }

    /** What lies beside the sounds and is passed over. */
    private List<String> others() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return files(folder).stream()
                .filter(file -> !isWav(file))
                .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                .toList();
    }

    /** What there is, in the order in which it is read. */
    static List<Sound> listed(Path folder) {
        return new SoundFolder(folder, null).listed();
    }

    private List<Sound> listed() {
        if (!Files.isDirectory(folder)) {
            return List.of(new Sound(folder, Folders.name(folder), ""));
        }
        List<Sound> sounds = new ArrayList<>();
        for (Path file : sounds(folder)) {
            Path name = folder.relativize(file);
            sounds.add(new Sound(
                    file,
                    name.toString().replace('\\', '/'),
                    name.getNameCount() > 1 ? name.getName(0).toString() : ""));
        }
        sounds.sort(Comparator.comparing(Sound::name));
        boolean classes = sounds.stream().noneMatch(sound -> sound.label.isEmpty());
        return classes
                ? inTurns(sounds)
                : sounds.stream()
                        .map(sound -> new Sound(sound.file, sound.name, ""))
                        .toList();
    }

    private static List<Sound> inTurns(List<Sound> sounds) {
        Map<String, List<Sound>> classes = new TreeMap<>();
        sounds.forEach(sound ->
                classes.computeIfAbsent(sound.label, label -> new ArrayList<>()).add(sound));
        List<Turn> turns = new ArrayList<>();
        classes.values().forEach(of -> {
            for (int i = 0; i < of.size(); i++) {
                turns.add(new Turn(of.get(i), (i + 0.5) / of.size()));
            }
        });
        return turns.stream()
                .sorted(Comparator.comparingDouble(Turn::share).thenComparing(turn -> turn.sound.name))
                .map(Turn::sound)
                .toList();
    }

    /** @param share of its class that comes before it */
    private record Turn(Sound sound, double share) {}

    private Table table() {
        List<Sound> read = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        try (ScratchNumbers numbers = ScratchNumbers.ofThisProcess()) {
            for (Sound sound : listed()) {
                FloatDataset rows = rows(sound);
                if (rows != null) {
                    append(rows, numbers);
                    read.add(sound);
                    lengths.add(rows.size());
                }
            }
            if (read.isEmpty()) {
                throw new DatasetException("Can't read " + folder + ": none of its WAV files can be read, such as "
                        + leftOut.getFirst() + ". Check them.");
            }
            return table(read, lengths, numbers);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't keep the sounds of " + folder + " for the time being: " + Failures.reason(e)
                            + ". Choose another folder with HOURGLASS_JAVA_OPTS=-Djava.io.tmpdir=DIR.",
                    e);
        }
    }

    /** What a file becomes; null if it can't be read. */
    private @Nullable FloatDataset rows(Sound sound) {
        try {
            WavFile wav = WavFile.open(sound.file);
            requireAlike(sound, wav);
            FloatDataset frames = wav.samples(wav.entries().getFirst());
            LogMelSpectrogram wanted = spectrogram;
            if (wanted == null) {
                return frames;
            }
            if (frames.size() >= wanted.window()) {
                return wanted.of(sound.file, Optional.of(wav));
            }
            leftOut.add(String.format(
                    Locale.ROOT,
                    "%s: %,d frames, fewer than the %,d of a spectrum",
                    sound.name,
                    frames.size(),
                    wanted.window()));
        } catch (CorruptFileException e) {
            leftOut.add(sound.name + ": " + e.finding());
        }
        return null;
    }

    private void requireAlike(Sound sound, WavFile wav) {
        int rate = wav.framesPerSecond();
        int width = spectrogram == null ? wav.entries().getFirst().shape().getLast() : spectrogram.mels();
        if (framesPerSecond == 0) {
            framesPerSecond = rate;
            channels = width;
        }
        if (rate != framesPerSecond || width != channels) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read the sounds of %s together: %s has %,d Hz%s, others before it %,d Hz%s. Convert them to one"
                            + " rate%s.",
                    folder,
                    sound.name,
                    rate,
                    spectrogram == null ? " and " + width + " channels" : "",
                    framesPerSecond,
                    spectrogram == null ? " and " + channels + " channels" : "",
                    spectrogram == null ? " and number of channels" : ""));
        }
    }

    private static void append(FloatDataset rows, ScratchNumbers numbers) throws IOException {
        double[] row = new double[rows.sampleShape().size()];
        for (int i = 0; i < rows.size(); i++) {
            rows.copyStored(i, row, 0);
            numbers.append(row, row.length);
        }
        rows.requireUnchanged();
    }

    private Table table(List<Sound> read, List<Integer> lengths, ScratchNumbers numbers) throws IOException {
        int rows = lengths.stream().mapToInt(Math::toIntExact).reduce(0, Math::addExact);
        List<String> classes =
                List.copyOf(new TreeSet<>(read.stream().map(Sound::label).toList()));
        boolean labelled = !classes.getFirst().isEmpty();
        int[] ids = new int[rows];
        int[] labels = new int[rows];
        int at = 0;
        for (int i = 0; i < read.size(); i++) {
            Arrays.fill(ids, at, at + lengths.get(i), i);
            Arrays.fill(labels, at, at + lengths.get(i), classes.indexOf(read.get(i).label));
            at += lengths.get(i);
        }
        Table table = Table.ofSeries(
                folder,
                channels,
                numbers.finish(),
                ids,
                read.stream().map(Sound::name).toList(),
                notes(read.size(), labelled ? classes.size() : 0),
                "file");
        return labelled ? table.withLabels(labels, classes) : table;
    }

    private List<String> notes(int read, int classes) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "%s: %,d WAV file%s at %,d Hz%s, each a series%s.",
                Folders.name(folder),
                read,
                read == 1 ? "" : "s",
                framesPerSecond,
                classes == 0 ? "" : String.format(Locale.ROOT, " of %,d classes", classes),
                spectrogram == null
                        ? " of frames"
                        : String.format(
                                Locale.ROOT,
                                " of spectra of %d mels, from %,d frames every %,d",
                                spectrogram.mels(),
                                spectrogram.window(),
                                spectrogram.hop())));
        List<String> others = others();
        if (!others.isEmpty()) {
            notes.add(String.format(
                    Locale.ROOT,
                    others.size() == 1
                            ? "A file beside them is passed over: %2$s."
                            : "%,d files beside them are passed over, such as %s.",
                    others.size(),
                    others.getFirst()));
        }
        if (!leftOut.isEmpty()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Left out %,d of %,d files that can't be read: %s%s.",
                    leftOut.size(),
                    leftOut.size() + read,
                    String.join("; ", leftOut.subList(0, Math.min(MOST_LISTED, leftOut.size()))),
                    leftOut.size() > MOST_LISTED ? "; ..." : ""));
        }
        return notes;
    }
}
