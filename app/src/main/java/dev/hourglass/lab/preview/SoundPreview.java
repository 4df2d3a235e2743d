package dev.hourglass.lab.preview;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.files.WavFile;
import dev.hourglass.data.series.SoundProfile;
import dev.hourglass.files.Folders;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.lab.recipe.draft.SoundDraft;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.SoundFigure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a folder of sounds: all by their headers, the spectra of some. */
final class SoundPreview implements DataPreview {
    private static final int MOST_LISTED = 10;
    private static final int SHOWN = 8;
    /** Of a picture: of longer sounds, spectra are left out. */
    private static final int MOST_SPECTRA = 480;

    private final SoundProfile profile;
    private final SoundDraft draft;

    SoundPreview(SoundProfile profile, DraftChoices choices) {
        this.profile = profile;
        draft = SoundDraft.of(profile, choices);
    }

    @Override
    public DataPreview with(DraftChoices other) {
        return new SoundPreview(profile, other);
    }

    @Override
    public String recipe(String source) {
        return draft.recipe(source);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "Each sound is taken as spectra of %d mels, %d frames every %d, in windows of %d: %.3g s, one every %.3g s.",
                draft.spectrogram().mels(),
                draft.spectrogram().window(),
                draft.spectrogram().hop(),
                draft.steps(),
                draft.seconds(draft.steps()),
                draft.seconds(draft.stride() + 1) - draft.seconds(1)));
        if (profile.rates().size() > 1) {
            notes.add("The sounds have several sampling rates, " + counts(profile.rates(), rate -> hertz(rate))
                    + ": convert them to one, or they can't be trained on together.");
        }
        if (draft.tooShort() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d of %,d sounds are shorter than a window and left out.",
                    draft.tooShort(),
                    profile.sounds().size()));
        }
        return notes;
    }

    private static String hertz(int rate) {
        return String.format(Locale.ROOT, "%,d Hz", rate);
    }

    private static <T> String counts(List<SoundProfile.Count<T>> counts, Function<T, String> named) {
        String some = counts.stream()
                .limit(MOST_LISTED)
                .map(count -> counts.size() == 1
                        ? named.apply(count.of())
                        : String.format(Locale.ROOT, "%s (%,d)", named.apply(count.of()), count.sounds()))
                .collect(Collectors.joining(", "));
        int more = counts.size() - MOST_LISTED;
        return more > 0 ? String.format(Locale.ROOT, "%s and %,d others", some, more) : some;
    }

    @Override
    public Figure figure() {
        List<SoundFigure.Spectra> shown = new ArrayList<>();
        List<SoundProfile.Sound> sounds = profile.sounds();
        int count = Math.min(SHOWN, sounds.size());
        for (int i = 0; i < count; i++) {
            spectra(sounds.get((int) ((long) i * sounds.size() / count))).ifPresent(shown::add);
        }
        String note = String.format(
                Locale.ROOT, "Log-mel spectra of %,d of %,d sounds, in decibels", shown.size(), sounds.size());
        return SoundFigure.draw(Folders.name(profile.folder()), note, shown);
    }

    /** Of a whole sound, as many as the picture has room for; none of one that is shorter than a spectrum. */
    private Optional<SoundFigure.Spectra> spectra(SoundProfile.Sound sound) {
        LogMelSpectrogram of = draft.spectrogram();
        if (sound.frames() < of.window()) {
            return Optional.empty();
        }
        int hop = Math.max(of.hop(), (sound.frames() - of.window()) / MOST_SPECTRA);
        try {
            FloatDataset spectra = new LogMelSpectrogram(of.mels(), of.window(), Math.max(1, hop))
                    .of(sound.file(), Optional.of(WavFile.open(sound.file())));
            float[] decibels = new float[spectra.size() * of.mels()];
            for (int step = 0; step < spectra.size(); step++) {
                spectra.copySample(step, decibels, step * of.mels());
            }
            return Optional.of(new SoundFigure.Spectra(
                    sound.name(), sound.seconds(), sound.framesPerSecond() / 2.0, of.mels(), decibels));
        } catch (DatasetException e) {
            return Optional.empty(); // at its rate, bands have no frequency
        }
    }

    @Override
    public TrainingCost cost() {
        long spectra = profile.sounds().stream()
                .mapToLong(sound -> draft.spectrogram().spectra(sound.frames()))
                .sum();
        return TrainingCost.measure(
                recipe(Folders.name(profile.folder())),
                input -> draft.samples(),
                spectra * draft.spectrogram().mels() * Double.BYTES);
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        double[] seconds = profile.seconds();
        line(
                lines,
                "%,d sounds, %.4g s in all",
                seconds.length,
                Arrays.stream(seconds).sum());
        line(
                lines,
                "Length   %.4g s to %.4g s, half of them up to %.4g s",
                seconds[0],
                seconds[seconds.length - 1],
                seconds[seconds.length / 2]);
        line(lines, "Rate     %s", counts(profile.rates(), SoundPreview::hertz));
        line(lines, "Channels %s", counts(profile.channels(), String::valueOf));
        line(lines, "Numbers  of %s bits", counts(profile.bits(), String::valueOf));
        profile.classes().forEach(each -> line(lines, "Class    %s, %,d sounds", each.of(), each.sounds()));
        if (profile.testing() > 0) {
            line(lines, "Testing  %,d sounds in a folder of their own", profile.testing());
        }
        if (!profile.unread().isEmpty()) {
            line(lines, "Unread   %,d files:", profile.unread().size());
            profile.unread().stream()
                    .limit(MOST_LISTED)
                    .forEach(each -> lines.add("  " + each.name() + ": " + each.reason()));
        }
        lines.addAll(notes());
        line(
                lines,
                "Samples  %,d windows of %d x %d",
                draft.samples(),
                draft.steps(),
                draft.spectrogram().mels());
        lines.add(cost().toString());
        return lines;
    }

    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency.
    private static void line(List<String> lines, String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("kind", "sounds");
        root.put("folder", profile.folder().toString());
        root.put("sounds", profile.sounds().size());
        root.put("testing", profile.testing());
        ArrayNode notes = root.putArray("notes");
        notes().forEach(notes::add);
        double[] seconds = profile.seconds();
        root.putObject("seconds")
                .put("least", seconds[0])
                .put("middle", seconds[seconds.length / 2])
                .put("most", seconds[seconds.length - 1])
                .put("all", Arrays.stream(seconds).sum());
        counts(root.putArray("rates"), "hertz", profile.rates());
        counts(root.putArray("channelCounts"), "channels", profile.channels());
        counts(root.putArray("bits"), "bits", profile.bits());
        ArrayNode classes = root.putArray("classes");
        profile.classes()
                .forEach(each -> classes.addObject().put("name", each.of()).put("sounds", each.sounds()));
        ArrayNode unread = root.putArray("unread");
        profile.unread()
                .forEach(each -> unread.addObject().put("file", each.name()).put("reason", each.reason()));
        root.putObject("spectrogram")
                .put("mels", draft.spectrogram().mels())
                .put("window", draft.spectrogram().window())
                .put("hop", draft.spectrogram().hop());
        root.putObject("samples")
                .put("count", draft.samples())
                .put("steps", draft.steps())
                .put("stride", draft.stride())
                .put("seconds", draft.seconds(draft.steps()));
        return root;
    }

    private static void counts(ArrayNode into, String name, List<SoundProfile.Count<Integer>> counts) {
        counts.forEach(each -> into.addObject().put(name, each.of()).put("sounds", each.sounds()));
    }
}
