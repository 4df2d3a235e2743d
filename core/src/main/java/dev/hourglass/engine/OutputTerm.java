package dev.hourglass.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What training makes small of one output of several.
 *
 * @param output the name of a graph's output
 * @param target what the output is to become
 * @param loss of output and target, without penalties, which are the whole model's
 * @param weight what the loss is multiplied with before all are added up; Keras's {@code loss_weights}, >= 0
 */
public record OutputTerm(String output, Target target, Loss loss, float weight) {
    /** What the text of a loss can't have in a name. */
    private static final Pattern SEPARATORS = Pattern.compile("[\\s,;=:]");

    /** Stands for the comma between a loss's settings within the settings of another. */
    private static final char COMMA = '&';

    static final String SETTING = "outputs";

    /** @throws SettingException if the weight is negative, or the loss or the name is none that an output can have */
    public OutputTerm {
        GivenSettings.requireAtLeastZero("loss_weight", weight);
        if (output.isEmpty() || SEPARATORS.matcher(output).find()) {
            throw SettingException.value(SETTING, "names without spaces, commas, colons and the like", output);
        }
        if (loss instanceof Loss.PerOutput || loss instanceof Loss.Penalized) {
            throw SettingException.value(SETTING, "a loss of one output, without penalties", loss.text());
        }
        if (loss instanceof Loss.SparseCategoricalCrossentropy sparse && sparse.ignoreClass() != null) {
            throw SettingException.value(
                    Loss.SparseCategoricalCrossentropy.IGNORE_CLASS,
                    "none where there are several outputs",
                    sparse.ignoreClass());
        }
        if (loss instanceof Loss.Weighted weighted && weighted.maskValue() != null) {
            throw SettingException.value(TermWeights.MASK, "none where there are several outputs", loss.text());
        }
    }

    /** Such as {@code rebuilt input 1.0 mean_squared_error;predicted next 0.5 huber:delta=0.5}. */
    static String text(List<OutputTerm> terms) {
        return terms.stream()
                .map(term -> term.output + " " + term.target.text() + " " + term.weight + " "
                        + term.loss.text().replace(',', COMMA))
                .collect(Collectors.joining(";"));
    }

    /** @throws SettingException if the text has another form */
    static List<OutputTerm> parse(String text) {
        List<OutputTerm> terms = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String[] words = part.strip().split("\\s+", 4);
            if (words.length != 4) {
                throw SettingException.value(
                        SETTING,
                        "outputs such as 'rebuilt input 1 mean_squared_error;predicted next 0.5 huber'",
                        part.strip());
            }
            terms.add(new OutputTerm(
                    words[0], Target.parse(words[1]), Loss.parse(words[3].replace(COMMA, ',')), weight(words[2])));
        }
        return terms;
    }

    private static float weight(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw SettingException.value("loss_weight", "a number >= 0", text);
        }
    }

    /** Such as {@code 0.5 x Huber loss (delta 1.0) of 'predicted'}. */
    String inWords() {
        return (weight == 1 ? "" : weight + " x ") + loss.inWords() + " of '" + output + "'";
    }
}
