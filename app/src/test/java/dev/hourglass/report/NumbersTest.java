package dev.hourglass.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Shape;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void onlyAModelWhoseSamplesPassItsWaistCompresses() {
        assertThat(Names.compression(SampleRuns.CNN)).isEqualTo("2.00:1");
        assertThat(Names.compression(Presets.mnistUnet("unet"))).isEqualTo("and 18,816 around it");
        assertThat(Numbers.ratio(Presets.mnistUnet("unet").compressionRatio())).isEqualTo(Numbers.ABSENT);
    }

    @Test
    void errorsKeepFourDigitsHoweverSmallOrLarge() {
        assertThat(Numbers.error(0.005641)).isEqualTo("0.005641");
        assertThat(Numbers.error(0.000304)).isEqualTo("0.000304");
        assertThat(Numbers.error(0)).isEqualTo("0.000000");
        assertThat(Numbers.error(1.23456e-7)).isEqualTo("1.235e-07");
        assertThat(Numbers.error(123456)).isEqualTo("1.235e+05");
        assertThat(Numbers.error(Double.NaN)).isEqualTo("NaN");
        assertThat(Numbers.error(Double.POSITIVE_INFINITY)).isEqualTo("infinity");
    }

    @Test
    void shortErrorsHaveTwoDigits() {
        assertThat(Numbers.shortError(0.0073611)).isEqualTo("0.0074");
        assertThat(Numbers.shortError(0.0098)).isEqualTo("0.0098");
        assertThat(Numbers.shortError(0.00001234)).isEqualTo("1.2e-05");
        assertThat(Numbers.shortError(0)).isEqualTo("0");
        assertThat(Numbers.shortError(Double.NaN)).isEqualTo("NaN");
    }

    @Test
    void factorsHaveThreeDigits() {
        assertThat(Numbers.factor(18.5559)).isEqualTo("18.6");
        assertThat(Numbers.factor(1.0466)).isEqualTo("1.05");
        assertThat(Numbers.factor(2)).isEqualTo("2.00");
        assertThat(Numbers.factor(9.999)).isEqualTo("10.0");
        assertThat(Numbers.factor(0)).isEqualTo("0");
        assertThat(Numbers.factor(234.4)).isEqualTo("234");
        assertThat(Numbers.factor(23_449)).isEqualTo("23,400");
        assertThat(Numbers.factor(1.44e38)).isEqualTo("1.44e+38");
        assertThat(Numbers.factor(Double.POSITIVE_INFINITY)).isEqualTo("infinitely many");
        assertThat(Numbers.factor(Double.NaN)).isEqualTo("–");
    }

    @Test
    void durationsChangeUnitsBeforeTheyRoundUpToThem() {
        assertThat(Numbers.duration(0.123)).isEqualTo("0.12 s");
        assertThat(Numbers.duration(9.64)).isEqualTo("9.6 s");
        assertThat(Numbers.duration(59.97)).isEqualTo("1 min 0 s");
        assertThat(Numbers.duration(125)).isEqualTo("2 min 5 s");
        assertThat(Numbers.duration(3_720)).isEqualTo("1 h 2 min");
        assertThat(Numbers.duration(Double.NaN)).isEqualTo("–");
    }

    @Test
    void acronymsInModelNamesAreCapitals() {
        assertThat(Names.model("cnn")).isEqualTo("CNN");
        assertThat(Names.model("deep-lstm_2")).isEqualTo("deep-LSTM_2");
        assertThat(Names.model("cnnish")).isEqualTo("cnnish");
    }

    @Test
    void shapesOfOneDimensionAreJustTheirSize() {
        assertThat(Names.size(Shape.of(7, 7, 8))).isEqualTo("7x7x8 = 392");
        assertThat(Names.size(Shape.of(32))).isEqualTo("32");
    }
}
