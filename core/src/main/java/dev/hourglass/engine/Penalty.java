package dev.hourglass.engine;

import dev.hourglass.model.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A term of what training makes small that is told from a variable or from what leaves a layer.
 *
 * @param layer its name
 * @param of a variable of the layer, such as {@code kernel}; or {@link #ACTIVITY}: then it is the mean over samples of the
 *     sum over a sample's numbers, as in Keras
 */
public record Penalty(String layer, String of, Regularizer regularizer) {
    public static final String ACTIVITY = "activity";

    static final String SETTING = "penalties";
    private static final String EXAMPLE = "penalties such as 'latent/activity l1 0.00001;dec_dense/kernel l2 0.01'";

    public boolean isOfActivity() {
        return of.equals(ACTIVITY);
    }

    /** Keras's name of the layer's setting, such as {@code kernel_regularizer}. */
    public String kerasSetting() {
        return of + "_regularizer";
    }

    /** Such as {@code latent/activity l1 1.0E-5}, as {@link #parse} reads it. */
    private String text() {
        StringBuilder text = new StringBuilder(layer + "/" + of);
        if (regularizer.l1() > 0) {
            text.append(" l1 ").append(regularizer.l1());
        }
        if (regularizer.l2() > 0) {
            text.append(" l2 ").append(regularizer.l2());
        }
        return text.toString();
    }

    static String text(List<Penalty> penalties) {
        return penalties.stream().map(Penalty::text).collect(Collectors.joining(";"));
    }

    static String inWords(List<Penalty> penalties) {
        return penalties.stream()
                .map(penalty -> penalty.regularizer().kerasClass() + " penalty of " + penalty.layer() + "'s "
                        + penalty.of().replace('_', ' '))
                .collect(Collectors.joining(" + "));
    }

    /** @throws SettingException if the text has another form */
    static List<Penalty> parse(String text) {
        List<Penalty> penalties = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String[] words = part.strip().split("\\s+", -1);
            String[] place = words[0].split("/", -1);
            if (place.length != 2 || words.length < 3 || words.length % 2 == 0) {
                throw SettingException.value(SETTING, EXAMPLE, part.strip());
            }
            float l1 = 0;
            float l2 = 0;
            for (int i = 1; i < words.length; i += 2) {
                float factor = factor(words[i + 1]);
                switch (words[i].toLowerCase(Locale.ROOT)) {
                    case "l1" -> l1 = factor;
                    case "l2" -> l2 = factor;
                    default -> throw SettingException.value(SETTING, "l1 or l2 with a factor", words[i]);
                }
            }
            penalties.add(new Penalty(place[0], place[1], regularizer(l1, l2)));
        }
        return penalties;
    }

    private static Regularizer regularizer(float l1, float l2) {
        try {
            return new Regularizer(l1, l2);
        } catch (IllegalArgumentException e) {
            throw SettingException.value(SETTING, "l1 or l2 above 0", l1 + " and " + l2);
        }
    }

    private static float factor(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw SettingException.value(SETTING, "a number", text);
        }
    }
}
