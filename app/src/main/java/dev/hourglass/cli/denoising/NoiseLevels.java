package dev.hourglass.cli.denoising;

import dev.hourglass.train.InputNoise;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Noise that is added to clean data, at several levels.
 *
 * @param levels standard deviation as a share of the range of the data, rate, or sigma in pixels or steps
 */
public record NoiseLevels(Kind kind, List<Float> levels) {
    /** By its name in lower case. */
    public enum Kind {
        GAUSSIAN("Gaussian noise", "0.05,0.1,0.2,0.3,0.5", 10),
        SALT_AND_PEPPER("salt-and-pepper noise", "0.02,0.05,0.1,0.2,0.4", 1),
        MASKING("masking noise", "0.05,0.1,0.2,0.3,0.5", 1),
        BLUR("blur", "0.5,1,1.5,2,3", 100);

        private final String words;
        private final String usual;
        private final float most;

        Kind(String words, String usual, float most) {
            this.words = words;
            this.usual = usual;
            this.most = most;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public NoiseLevels {
        levels = List.copyOf(levels);
    }

    /** {@code gaussian}, or {@code gaussian=0.1} with one or more levels after commas. */
    public static final class Converter implements ITypeConverter<NoiseLevels> {
        @Override
        public NoiseLevels convert(String text) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            Kind kind = Arrays.stream(Kind.values())
                    .filter(each -> each.key().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("expected "
                            + Arrays.stream(Kind.values()).map(Kind::key).collect(Collectors.joining(", "))
                            + ", with levels such as gaussian=0.1,0.2, found '" + text + "'"));
            String levels = equals < 0 ? kind.usual : text.substring(equals + 1);
            return new NoiseLevels(
                    kind,
                    Arrays.stream(levels.split(",", -1))
                            .map(level -> level(level, kind))
                            .toList());
        }

        private static float level(String text, Kind kind) {
            try {
                float level = Float.parseFloat(text);
                if (level > 0 && level <= kind.most) {
                    return level;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException("expected levels above 0 and at most "
                    + String.format(Locale.ROOT, "%.0f", kind.most) + " for " + kind.key() + ", found '" + text + "'");
        }
    }

    /** At one level, for data between two numbers. Gaussian noise is not clipped. */
    InputNoise at(float level, float low, float high) {
        return switch (kind) {
            case GAUSSIAN -> InputNoise.Gaussian.of(level * (high - low));
            case SALT_AND_PEPPER -> new InputNoise.SaltAndPepper(level, low, high);
            case MASKING -> new InputNoise.Masking(level, low);
            case BLUR -> new InputNoise.Blur(level);
        };
    }

    /** For people, such as {@code Gaussian noise 0.1}. */
    String words(float level) {
        return kind.words + " " + level;
    }
}
