package dev.hourglass.data.tables.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalsTest {
    @Test
    void anyNumberIsReadAsJavaReadsIt() {
        Random random = new Random(11);
        for (int i = 0; i < 400_000; i++) {
            String text = switch (i % 5) {
                case 0 -> Double.toString(random.nextDouble());
                case 1 -> Double.toString(Double.longBitsToDouble(random.nextLong()));
                case 2 -> random.nextLong() + "." + random.nextInt(Integer.MAX_VALUE);
                case 3 -> random.nextInt(100_000) + "." + random.nextInt(100_000) + "e" + (random.nextInt(90) - 45);
                default -> random.nextLong() + "e" + (random.nextInt(700) - 350);
            };
            if (!text.contains("N") && !text.contains("I")) {
                assertThat(parse(text)).as(text).isEqualTo(Double.parseDouble(text));
            }
        }
    }

    /** Half-way between two doubles, next to it, and where powers change. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "9007199254740995",
                "9007199254740992.5",
                "9007199254740993e0",
                "1.00000000000000011102230246251565",
                "0.500000000000000166533453693773481063544750213623046875",
                "2.2250738585072011e-308",
                "4.9e-324",
                "1.7976931348623157e308",
                "1.8e308",
                "8.5e22",
                "1e23",
                "-0",
                "0.000",
                "00012.50",
                ".5",
                "5.",
                "+3",
                "1E+5",
                "123456789012345678901234567890"
            })
    void theHardOnesAsWell(String text) {
        assertThat(parse(text)).isEqualTo(Double.parseDouble(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "-", "e5", "1e", "1e+", "1f", "0x1p3", "NaN", "Infinity", "1.2.3", "1,2", "1 2", "--1"})
    void whatIsNoNumberIsNone(String text) {
        assertThat(parse(text)).isNaN();
    }

    @Test
    void aDecimalCommaIsReadWhereItIsOne() {
        byte[] text = "-1,25e1".getBytes(StandardCharsets.US_ASCII);
        assertThat(Decimals.parse(text, 0, text.length, (byte) ',')).isEqualTo(-12.5);
        byte[] point = "1.25".getBytes(StandardCharsets.US_ASCII);
        assertThat(Decimals.parse(point, 0, point.length, (byte) ',')).isNaN();
    }

    private static double parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Decimals.parse(bytes, 0, bytes.length, (byte) '.');
    }
}
