package dev.hourglass.data.tables;

import dev.hourglass.data.tables.values.Decimals;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What stands for a missing number. */
public final class Gaps {
    private static final Set<String> KNOWN = Set.of(
            "", "nan", "-nan", "na", "n/a", "#n/a", "#na", "<na>", "null", "none", "nil", "?", "-", "nat", "missing");

    /** Those that everybody writes. */
    public static final Gaps USUAL = new Gaps(List.of(), (byte) '.');

    private final Set<String> texts = new HashSet<>(KNOWN);
    private final double[] numbers;

    /** @param more texts or numbers */
    public Gaps(List<String> more, byte decimal) {
        more.forEach(text -> texts.add(text.strip().toLowerCase(Locale.ROOT)));
        numbers = more.stream()
                .map(text -> text.strip().getBytes(StandardCharsets.UTF_8))
                .mapToDouble(text -> Decimals.parse(text, 0, text.length, decimal))
                .filter(Double::isFinite)
                .toArray();
    }

    public boolean isGap(String text) {
        return texts.contains(text.toLowerCase(Locale.ROOT));
    }

    public boolean isGap(double number) {
        for (double gap : numbers) {
            if (number == gap) {
                return true;
            }
        }
        return false;
    }
}
