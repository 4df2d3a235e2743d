package dev.hourglass.model.variables;

import dev.hourglass.model.variables.Initializer.VarianceScaling;
import dev.hourglass.model.variables.Initializer.VarianceScaling.Distribution;
import dev.hourglass.model.variables.Initializer.VarianceScaling.Mode;
import java.util.Map;
import java.util.Optional;

/** The initializers that scale a variance by a kernel's shape and have a name of their own in Keras. */
public final class VarianceScalings {
    private static final Map<String, VarianceScaling> NAMED = Map.of(
            "GlorotUniform", new VarianceScaling(1, Mode.FAN_AVG, Distribution.UNIFORM),
            "GlorotNormal", new VarianceScaling(1, Mode.FAN_AVG, Distribution.TRUNCATED_NORMAL),
            "HeUniform", new VarianceScaling(2, Mode.FAN_IN, Distribution.UNIFORM),
            "HeNormal", new VarianceScaling(2, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL),
            "LecunUniform", new VarianceScaling(1, Mode.FAN_IN, Distribution.UNIFORM),
            "LecunNormal", new VarianceScaling(1, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL));

    private VarianceScalings() {}

    static String nameOf(VarianceScaling scaling) {
        return NAMED.entrySet().stream()
                .filter(named -> named.getValue().equals(scaling))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("VarianceScaling");
    }

    /** @param plainName in lower case, without underscores */
    static Optional<Initializer> named(String plainName) {
        return NAMED.entrySet().stream()
                .filter(named -> NamedSettings.plain(named.getKey()).equals(plainName))
                .map(named -> (Initializer) named.getValue())
                .findFirst();
    }

    static VarianceScaling read(NamedSettings given) {
        given.ignore("input_axes", "output_axes"); // null but in layers that Hourglass lacks
        float scale = given.number("scale", 1);
        Mode mode = given.oneOf("mode", Mode.class, Mode.FAN_IN);
        // Keras's first versions say 'normal' of the truncated one.
        Distribution distribution = given.isText("distribution", "normal")
                ? Distribution.TRUNCATED_NORMAL
                : given.oneOf("distribution", Distribution.class, Distribution.TRUNCATED_NORMAL);
        return new VarianceScaling(scale, mode, distribution);
    }
}
