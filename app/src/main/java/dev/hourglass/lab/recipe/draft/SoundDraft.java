package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.series.SoundProfile;
import dev.hourglass.files.Folders;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** A first recipe for a folder of sounds: windows of their log-mel spectra, and a model that fits these. */
public final class SoundDraft {
    /** Of a spectrum, about: long enough for the pitch of a voice, short enough for its syllables. */
    private static final double WINDOW_SECONDS = 0.046;

    private static final int MOST_WINDOW = 1 << 12;
    private static final int LEAST_WINDOW = 1 << 5;
    /** Shorter windows are tried until the shorter sounds have as many spectra. */
    private static final int FEWEST_SPECTRA = 16;

    private static final List<Integer> MELS = List.of(64, 40, 32, 24, 16, 8, 4);
    private static final int MOST_STEPS = 64;
    private static final int LEAST_STEPS = 4;
    private static final int CONVOLVED_STEPS = 16;
    private static final int MOST_CLASSES = 8;

    private final SoundProfile profile;
    private final DraftChoices choices;
    private final int framesPerSecond;
    private final LogMelSpectrogram spectrogram;
    private final int steps;
    private final int stride;

    private SoundDraft(SoundProfile profile, DraftChoices choices) {
        this.profile = profile;
        this.choices = choices;
        framesPerSecond = profile.rates().stream()
                .max(Comparator.comparingInt(SoundProfile.Count::sounds))
                .orElseThrow()
                .of();
        int[] lengths = profile.sounds().stream()
                .mapToInt(SoundProfile.Sound::frames)
                .sorted()
                .toArray();
        int shorter = lengths[lengths.length / 4];
        spectrogram = spectrogram(framesPerSecond, shorter);
        int most = Math.max(LEAST_STEPS, Math.min(MOST_STEPS, spectrogram.spectra(shorter)) / 4 * 4);
        steps = Objects.requireNonNullElse(choices.steps(), most);
        stride = Objects.requireNonNullElse(choices.stride(), Math.max(1, steps / 2));
        if (samples() == 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't cut windows of %,d spectra, %.3g s, from the sounds of %s: the longest has %.3g s. Use %s.",
                    steps,
                    seconds(steps),
                    profile.folder(),
                    profile.seconds()[lengths.length - 1],
                    choices.steps() == null ? "longer sounds" : "fewer"));
        }
    }

    /** @throws DatasetException if the sounds are too short for any window */
    public static SoundDraft of(SoundProfile profile, DraftChoices choices) {
        return new SoundDraft(profile, choices);
    }

    private static LogMelSpectrogram spectrogram(int framesPerSecond, int frames) {
        int window =
                Math.clamp(Integer.highestOneBit((int) (framesPerSecond * WINDOW_SECONDS)), LEAST_WINDOW, MOST_WINDOW);
        while (window > LEAST_WINDOW && frames / (window / 2) - 1 < FEWEST_SPECTRA) {
            window /= 2;
        }
        int of = window;
        return MELS.stream()
                .map(mels -> new LogMelSpectrogram(mels, of, of / 2))
                .filter(each -> each.tellsApart(framesPerSecond))
                .findFirst()
                .orElse(new LogMelSpectrogram(1, of, of / 2));
    }

    /** What each sound becomes. */
    public LogMelSpectrogram spectrogram() {
        return spectrogram;
    }

    /** Spectra of a window. */
    public int steps() {
        return steps;
    }

    /** Spectra from one window to the next. */
    public int stride() {
        return stride;
    }

    /** How many windows there are, at most. */
    public long samples() {
        return Arrays.stream(spectra())
                .filter(spectra -> spectra >= steps)
                .mapToLong(spectra -> (spectra - steps) / stride + 1)
                .sum();
    }

    /** Sounds that are shorter than a window. */
    public long tooShort() {
        return Arrays.stream(spectra()).filter(spectra -> spectra < steps).count();
    }

    private int[] spectra() {
        return profile.sounds().stream()
                .mapToInt(sound -> spectrogram.spectra(sound.frames()))
                .toArray();
    }

    /** How long so many spectra last. */
    public double seconds(int spectra) {
        return (spectrogram.window() + (spectra - 1.0) * spectrogram.hop()) / framesPerSecond;
    }

    /**
     * @param source as the recipe names the folder: from its own folder
     * @return YAML
     */
    public String recipe(String source) {
        DraftText text = new DraftText();
        String name = Folders.name(profile.folder());
        int sounds = profile.sounds().size();
        text.add(
                "# Written from what is in %s: %,d sounds at %,d Hz, %.4g s in all. Change what you know better;",
                DraftText.printable(name),
                sounds,
                framesPerSecond,
                Arrays.stream(profile.seconds()).sum());
        text.add("# docs/my-series.yaml has all settings.");
        text.add("title: %s", DraftText.quoted(name));
        text.add("");
        data(text, source);
        text.add("");
        text.add("models:");
        model(text);
        text.training(32);
        return text.toString();
    }

    private void data(DraftText text, String source) {
        text.add("data:");
        text.add("  source: %s   # WAV files, a series each", DraftText.quoted(source));
        if (profile.testing() > 0) {
            text.add("  # It has a part to train on and one to test by, %,d sounds.", profile.testing());
        } else {
            text.add("  test_share: 0.2          # the last fifth of the sounds is tested by");
        }
        text.add(
                "  spectrogram: {mels: %d, window: %d, hop: %d}   # bands, frames of a spectrum (%.3g ms) and to the next",
                spectrogram.mels(),
                spectrogram.window(),
                spectrogram.hop(),
                1000.0 * spectrogram.window() / framesPerSecond);
        text.add(
                "  window: {steps: %d, stride: %d}   # samples of %d spectra, %.3g s, one every %d",
                steps, stride, steps, seconds(steps), stride);
        if (!profile.classes().isEmpty()) {
            text.add("  # Classes, a folder each: %s", classes());
        }
        if (profile.rates().size() > 1) {
            text.add("  # The sounds have several rates: convert them to one, or nothing is trained.");
        }
        if (!profile.unread().isEmpty()) {
            text.add(
                    "  # %,d can't be read and are left out; 'hourglass data info' lists them.",
                    profile.unread().size());
        }
        text.add("  scaling: standardize     # each band to mean 0, deviation 1; or min_max, robust, none");
    }

    private String classes() {
        List<SoundProfile.Count<String>> classes = profile.classes();
        String some = classes.stream()
                .limit(MOST_CLASSES)
                .map(each -> String.format(Locale.ROOT, "%s (%,d)", DraftText.printable(each.of()), each.sounds()))
                .collect(Collectors.joining(", "));
        int more = classes.size() - MOST_CLASSES;
        return more > 0 ? String.format(Locale.ROOT, "%s and %,d more", some, more) : some;
    }

    private void model(DraftText text) {
        DraftChoices.Model model = choices.model();
        if (model != null) {
            choices.requireModel(
                    "sounds", DraftChoices.Model.CONV1D, DraftChoices.Model.LSTM, DraftChoices.Model.DENSE);
            text.series(model, steps, spectrogram.mels());
        } else if (steps >= CONVOLVED_STEPS && steps % 4 == 0) {
            text.add("  # Convolutions over the spectra of a window; the bands are their channels.");
            text.convolutions(steps, spectrogram.mels());
        } else {
            text.add("  # An LSTM goes spectrum by spectrum through a short window.");
            text.recurrent(steps, spectrogram.mels());
        }
    }
}
