package dev.hourglass.engine;

import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the terms of a loss are multiplied with: a number counts by its step and its channel.
 *
 * @param ofSteps one for each step of a sequence, or row of an image, >= 0; empty where all count alike
 * @param ofChannels one for each number along the last axis, >= 0; empty where all count alike
 */
public record TermWeights(List<Float> ofSteps, List<Float> ofChannels) {
    /** All count alike. */
    public static final TermWeights NONE = new TermWeights(List.of(), List.of());

    static final String STEPS = "step_weights";
    static final String CHANNELS = "channel_weights";
    static final String MASK = "mask_value";
    static final List<String> SETTINGS = List.of(STEPS, CHANNELS, MASK);

    /** @throws SettingException if a weight is negative or infinite, or all of them are 0 */
    public TermWeights {
        ofSteps = List.copyOf(ofSteps);
        ofChannels = List.copyOf(ofChannels);
        require(STEPS, ofSteps);
        require(CHANNELS, ofChannels);
    }

    private static void require(String setting, List<Float> weights) {
        weights.forEach(weight -> GivenSettings.requireAtLeastZero(setting, weight));
        if (!weights.isEmpty() && weights.stream().allMatch(weight -> weight == 0)) {
            throw SettingException.value(setting, "a weight above 0", "zeros");
        }
    }

    static TermWeights of(GivenSettings given) {
        return new TermWeights(given.numbers(STEPS), given.numbers(CHANNELS));
    }

    /** What does not fit samples of some shape, as a sentence's end; null if all does. */
    public @Nullable String misfit(Shape sample) {
        List<String> misfits = new ArrayList<>();
        if (!ofSteps.isEmpty() && sample.rank() < 2) {
            misfits.add(STEPS + " need samples with steps, found " + sample);
        } else if (!ofSteps.isEmpty() && ofSteps.size() != sample.dimension(0)) {
            misfits.add(STEPS + " must be " + sample.dimension(0) + " numbers, found " + ofSteps.size());
        }
        if (!ofChannels.isEmpty() && ofChannels.size() != sample.dimension(-1)) {
            misfits.add(CHANNELS + " must be " + sample.dimension(-1) + " numbers, found " + ofChannels.size());
        }
        return misfits.isEmpty() ? null : misfits.getFirst();
    }

    /** By their names, those that are given; numbers with spaces between them. */
    SequencedMap<String, Object> settings() {
        SequencedMap<String, Object> settings = new LinkedHashMap<>();
        if (!ofSteps.isEmpty()) {
            settings.put(STEPS, text(ofSteps));
        }
        if (!ofChannels.isEmpty()) {
            settings.put(CHANNELS, text(ofChannels));
        }
        return settings;
    }

    private static String text(List<Float> weights) {
        return weights.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    String inWords(@Nullable Float maskValue) {
        List<String> words = new ArrayList<>();
        if (!ofSteps.isEmpty()) {
            words.add("weighed by step");
        }
        if (!ofChannels.isEmpty()) {
            words.add("weighed by channel");
        }
        if (maskValue != null) {
            words.add("without targets of " + maskValue);
        }
        return "(" + String.join(", ", words) + ")";
    }
}
