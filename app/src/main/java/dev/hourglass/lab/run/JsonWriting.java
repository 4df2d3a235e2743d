package dev.hourglass.lab.run;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How the JSON files of a run folder are written: indented, ending in a newline, null for what is not finite. */
public final class JsonWriting {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withSeparators(
                            Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER)))
            .build();

    private JsonWriting() {}

    public static String text(Object tree) {
        return JSON.writeValueAsString(tree) + "\n";
    }

    /** JSON has no NaN; what diverged or was not measured is null. */
    public static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
