package dev.hourglass.data.series;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.files.WavFile;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.files.Folders;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is in a folder of WAV files, as their headers tell.
 *
 * @param folder that was looked at
 * @param sounds those that are trained on, in the order in which they are read; at least one
 * @param testing how many lie in a part of their own, by which is tested
 * @param unread what can't be read
 */
public record SoundProfile(Path folder, List<Sound> sounds, int testing, List<Unread> unread) {
    /**
     * A file.
     *
     * @param name its path from the folder on
     * @param label its class, the folder that it lies in; empty where there are none
     * @param framesPerSecond the sampling rate, in Hz
     * @param bits of a number
     */
    public record Sound(Path file, String name, String label, int framesPerSecond, int channels, int bits, int frames) {
        public double seconds() {
            return frames / (double) framesPerSecond;
        }
    }

    /** A file that can't be read, and why. */
    public record Unread(String name, String reason) {}

    /** How many sounds have something in common. */
    public record Count<T>(T of, int sounds) {}

    public SoundProfile {
        sounds = List.copyOf(sounds);
        unread = List.copyOf(unread);
    }

    /**
     * Looks at each file's header.
     *
     * @param folder for which {@link SoundFolder#isOne} holds
     * @throws DatasetException if none can be read
     */
    public static SoundProfile of(Path folder) {
        Optional<Folders.Parts> parts = TableFolder.parts(folder);
        Path training = parts.map(Folders.Parts::training).orElse(folder);
        List<Sound> sounds = new ArrayList<>();
        List<Unread> unread = new ArrayList<>();
        for (SoundFolder.Sound each : SoundFolder.listed(training)) {
            try {
                WavFile wav = WavFile.open(each.file());
                sounds.add(new Sound(
                        each.file(),
                        each.name(),
                        each.label(),
                        wav.framesPerSecond(),
                        wav.channels(),
                        wav.bits(),
                        wav.frames()));
            } catch (CorruptFileException e) {
                unread.add(new Unread(each.name(), e.finding()));
            }
        }
        if (sounds.isEmpty()) {
            throw new DatasetException("Can't read " + folder + ": none of its WAV files can be read"
                    + (unread.isEmpty()
                            ? ""
                            : ", such as " + unread.getFirst().name() + ": "
                                    + unread.getFirst().reason())
                    + ". Check them.");
        }
        int testing = parts.map(both -> SoundFolder.listed(both.test()).size()).orElse(0);
        return new SoundProfile(folder, sounds, testing, unread);
    }

    /** By their sampling rates in Hz, the lowest first. */
    public List<Count<Integer>> rates() {
        return counted(sounds.stream().map(Sound::framesPerSecond).toList());
    }

    /** By their numbers of channels. */
    public List<Count<Integer>> channels() {
        return counted(sounds.stream().map(Sound::channels).toList());
    }

    /** By the bits of a number. */
    public List<Count<Integer>> bits() {
        return counted(sounds.stream().map(Sound::bits).toList());
    }

    /** By their classes; empty where there are none. */
    public List<Count<String>> classes() {
        return counted(sounds.stream()
                .map(Sound::label)
                .filter(label -> !label.isEmpty())
                .toList());
    }

    private static <T extends Comparable<T>> List<Count<T>> counted(List<T> all) {
        TreeMap<T, Integer> counts = new TreeMap<>();
        all.forEach(each -> counts.merge(each, 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> new Count<>(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** How long the sounds are, in seconds, the shortest first. */
    public double[] seconds() {
        double[] seconds = sounds.stream().mapToDouble(Sound::seconds).toArray();
        Arrays.sort(seconds);
        return seconds;
    }
}
