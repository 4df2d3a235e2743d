package dev.hourglass.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats the report's numbers for people, the same on every machine. */
public final class Numbers {
    /** Stands where nothing was measured. */
    public static final String ABSENT = "–";

    private Numbers() {}

    /** An error or a loss: six decimals, or an exponent where these would show too little. */
    public static String error(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
        }
        if (size == 0 || (size >= 1e-4 && size < 1000)) {
            return String.format(Locale.ROOT, "%.6f", value);
        }
        return String.format(Locale.ROOT, "%.3e", value);
    }

    /** An error in two significant digits, for the small print under an image. */
    public static String shortError(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.isFinite(value) ? "0" : error(value);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(2));
        return Math.abs(value) >= 1e-4 && Math.abs(value) < 1000
                ? rounded.toPlainString()
                : String.format(Locale.ROOT, "%.1e", value);
    }

    /** How many times one number is another, in three significant digits: {@code 2.00}, {@code 18.6}, {@code 2,340}. */
    public static String factor(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? ABSENT : "infinitely many";
        }
        if (value == 0) {
            return "0";
        }
        if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e9) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3));
        int integerDigits = rounded.precision() - rounded.scale();
        return String.format(Locale.ROOT, "%,." + Math.max(0, 3 - integerDigits) + "f", rounded);
    }

    /** A share of one, {@code 0.078} as {@code 7.8%}. */
    public static String percent(double share) {
        return factor(share * 100) + "%";
    }

    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Such as {@code 1 epoch} and {@code 10 epochs}. */
    public static String count(long value, String noun) {
        return count(value) + " " + noun + (value == 1 ? "" : "s");
    }

    /** A duration: {@code 9.6 s}, {@code 2 min 5 s}, {@code 1 h 2 min}. */
    public static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return ABSENT;
        }
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, seconds < 0.995 ? "%.2f s" : "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** An amount of memory: {@code 412 MB}, {@code 1.4 GB}. */
    public static String bytes(double bytes) {
        if (!Double.isFinite(bytes)) {
            return ABSENT;
        }
        double mega = bytes / (1 << 20);
        return mega < 1000
                ? String.format(Locale.ROOT, "%,.0f MB", mega)
                : String.format(Locale.ROOT, "%.1f GB", mega / 1024);
    }

    /** A compression ratio: {@code 24.50:1}. */
    public static String ratio(double value) {
        return Double.isNaN(value) ? ABSENT : String.format(Locale.ROOT, "%.2f:1", value);
    }
}
