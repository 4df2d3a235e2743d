package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NormalizationTest {
    private static final Normalization EACH = new Normalization(List.of(2.0, 0.5), List.of(1.0, -1.0));

    /** Dividing by 255 and multiplying by a rounded 1/255 differ in the last bit for 28 of the 256 bytes or so. */
    @Test
    void pixelsAreDividedAsKerasUsersDo() {
        float[] bytes = new float[256];
        for (int i = 0; i < 256; i++) {
            bytes[i] = i;
            assertThat(Normalization.PIXELS.apply(i)).isEqualTo(i / 255f);
        }
        Normalization.PIXELS.apply(bytes, 0, 256);
        for (int i = 0; i < 256; i++) {
            assertThat(bytes[i]).isEqualTo(i / 255f);
        }
        Normalization.PIXELS.restore(bytes, 0, 256);
        for (int i = 0; i < 256; i++) {
            assertThat(bytes[i]).isCloseTo(i, within(2e-5f));
        }
    }

    @Test
    void eachChannelHasItsScaleAndOffsetAndTheRestOfTheArrayStays() {
        float[] values = {9, 1, 10, 2, 20, 9};

        EACH.apply(values, 1, 4);

        assertThat(values).containsExactly(9, 3, 4, 5, 9, 9);
        EACH.restore(values, 1, 4);
        assertThat(values).containsExactly(9, 1, 10, 2, 20, 9);
    }

    @Test
    void noneChangesNothingNotEvenNaN() {
        float[] values = {Float.NaN, -0f, 3};
        Normalization.NONE.apply(values, 0, 3);
        Normalization.NONE.restore(values, 0, 3);

        assertThat(values).containsExactly(Float.NaN, -0f, 3);
        assertThat(Normalization.NONE.apply(-3.5f)).isEqualTo(-3.5f);
    }

    @Test
    void oneForAllNumbersIsAskedForWithoutAChannel() {
        Normalization shared = new Normalization(4, 0.5f);

        assertThat(shared.channels()).isEqualTo(1);
        assertThat(shared.apply(2)).isEqualTo(8.5f);
        assertThat(shared.scale()).isEqualTo(4);
        assertThat(shared.offset()).isEqualTo(0.5f);
    }

    @Test
    void whereEachChannelHasItsOwnNoneIsSharedByAll() {
        String message = "each of 2 channels has a normalization of its own";

        assertThat(EACH.channels()).isEqualTo(2);
        assertThatThrownBy(EACH::scale)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(EACH::offset)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> EACH.apply(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }

    @Test
    void whatCouldNotBeUndoneIsRefused() {
        refused(() -> new Normalization(0, 1), "scale must be finite and not 0, got 0.0");
        refused(() -> new Normalization(Float.NaN, 1), "scale must be finite and not 0, got NaN");
        refused(() -> new Normalization(1, Float.NEGATIVE_INFINITY), "offset must be finite, got -Infinity");
        refused(
                () -> new Normalization(List.of(1.0, 2.0), List.of(0.0)),
                "a normalization needs as many scales as offsets and at least one, got 2 and 1");
        refused(
                () -> new Normalization(List.of(), List.of()),
                "a normalization needs as many scales as offsets and at least one, got 0 and 0");
    }

    private static void refused(ThrowingCallable making, String message) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
