package dev.hourglass.data.tables.values;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Numbers as text, read from bytes to the nearest double, as {@link Double#parseDouble} reads them, which is the plain
 * twin and what is asked in the rare cases that are not decided here.
 *
 * <p>Up to 19 digits become a whole number {@code w}, so that the number is {@code w * 10^q}. Where both are small the
 * product is exact in doubles (Clinger 1990); else it is decided by the upper 128 bits of {@code w * 5^q}.
 *
 * @see <a href="https://arxiv.org/abs/2101.11408">Lemire (2021), Number parsing at a gigabyte per second</a>
 */
public final class Decimals {
    private static final int MAX_DIGITS = 19;
    private static final long EXACT = 1L << 53;
    private static final int LEAST_POWER = -64;
    private static final int MOST_POWER = 64;
    private static final double[] TENS = new double[23];
    /** The upper and lower 64 bits of 5^q, from {@link #LEAST_POWER} on, shifted until the first bit is set. */
    private static final long[] FIVES = new long[2 * (MOST_POWER - LEAST_POWER + 1)];

    static {
        TENS[0] = 1;
        for (int i = 1; i < TENS.length; i++) {
            TENS[i] = 10 * TENS[i - 1];
        }
        for (int power = LEAST_POWER; power <= MOST_POWER; power++) {
            BigInteger bits = upperBits(power);
            FIVES[2 * (power - LEAST_POWER)] = bits.shiftRight(64).longValue();
            FIVES[2 * (power - LEAST_POWER) + 1] = bits.longValue();
        }
    }

    private Decimals() {}

    /** Truncated, as the paper has them; of negative powers rounded up. */
    private static BigInteger upperBits(int power) {
        BigInteger five = BigInteger.valueOf(5).pow(Math.abs(power));
        if (power >= 0) {
            int shift = 128 - five.bitLength();
            return shift >= 0 ? five.shiftLeft(shift) : five.shiftRight(-shift);
        }
        // The reciprocal with enough bits, then the upper 128 of it.
        BigInteger inverse = BigInteger.ONE
                .shiftLeft(2 * five.bitLength() + 128)
                .divide(five)
                .add(BigInteger.ONE);
        return inverse.shiftRight(inverse.bitLength() - 128);
    }

    /**
     * @param text has the number from {@code from} to {@code to - 1}, without blanks around it
     * @param point the decimal point, or comma
     * @return infinite where it is beyond the range of doubles; NaN where the text is no number, such as {@code 1f},
     *     {@code 0x1p3} and {@code NaN}
     */
    public static double parse(byte[] text, int from, int to, byte point) {
        int at = from;
        boolean negative = at < to && text[at] == '-';
        if (negative || (at < to && text[at] == '+')) {
            at++;
        }
        long digits = 0;
        int count = 0;
        int power = 0;
        int begin = at;
        int pointAt = -1;
        for (; at < to; at++) {
            int digit = text[at] - '0';
            if (digit >= 0 && digit <= 9) {
                if (count < MAX_DIGITS) {
                    digits = 10 * digits + digit;
                    count += digits == 0 ? 0 : 1;
                } else {
                    return slow(text, from, to, point);
                }
            } else if (text[at] == point && pointAt < 0) {
                pointAt = at;
            } else {
                break;
            }
        }
        if (at - begin - (pointAt < 0 ? 0 : 1) == 0) {
            return Double.NaN;
        }
        if (pointAt >= 0) {
            power = pointAt + 1 - at;
        }
        if (at < to) {
            int exponent = exponent(text, at, to);
            if (exponent == Integer.MIN_VALUE) {
                return Double.NaN;
            }
            power += exponent;
        }
        if (digits == 0) {
            return negative ? -0.0 : 0.0;
        }
        double value;
        if (digits < EXACT && digits > 0 && power >= -22 && power <= 22) {
            value = power < 0 ? digits / TENS[-power] : digits * TENS[power];
        } else if (power >= LEAST_POWER && power <= MOST_POWER) {
            value = nearest(digits, power);
        } else {
            return slow(text, from, to, point);
        }
        return negative ? -value : value;
    }

    /** @return the least int where it is none */
    private static int exponent(byte[] text, int from, int to) {
        int at = from + 1;
        boolean negative = at < to && text[at] == '-';
        if (negative || (at < to && text[at] == '+')) {
            at++;
        }
        if ((text[from] != 'e' && text[from] != 'E') || at == to) {
            return Integer.MIN_VALUE;
        }
        int exponent = 0;
        for (; at < to; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            exponent = Math.min(100_000, 10 * exponent + digit);
        }
        return negative ? -exponent : exponent;
    }

    /** The double nearest to {@code digits * 10^power}; section 6 of the paper, for normal doubles. */
    private static double nearest(long digits, int power) {
        int zeros = Long.numberOfLeadingZeros(digits);
        long shifted = digits << zeros;
        int index = 2 * (power - LEAST_POWER);
        long high = Math.unsignedMultiplyHigh(shifted, FIVES[index]);
        long low = shifted * FIVES[index];
        if ((high & 0x1FF) == 0x1FF) {
            long more = Math.unsignedMultiplyHigh(shifted, FIVES[index + 1]);
            low += more;
            high += Long.compareUnsigned(low, more) < 0 ? 1 : 0;
        }
        int upper = (int) (high >>> 63);
        long mantissa = high >>> (upper + 9);
        long exponent = (((152_170L + 65_536L) * power) >> 16) + 63 + upper - zeros + 1023;
        boolean tie = Long.compareUnsigned(low, 1) <= 0 && power >= -4 && power <= 23 && (mantissa & 3) == 1;
        if (tie && mantissa << (upper + 9) == high) {
            mantissa &= ~1;
        }
        mantissa += mantissa & 1;
        mantissa >>>= 1;
        if (mantissa >= 1L << 53) {
            mantissa = 1L << 52;
            exponent++;
        }
        return Double.longBitsToDouble((mantissa & ~(1L << 52)) | exponent << 52);
    }

    private static double slow(byte[] text, int from, int to, byte point) {
        String number = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
        String plain = point == '.' ? number : number.indexOf('.') >= 0 ? "" : number.replace((char) point, '.');
        for (int i = 0; i < plain.length(); i++) {
            if ("0123456789.eE+-".indexOf(plain.charAt(i)) < 0) {
                return Double.NaN;
            }
        }
        try {
            return Double.parseDouble(plain);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
