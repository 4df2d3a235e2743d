package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void anAxisIsCountedFromEitherEnd() {
        Shape image = Shape.of(28, 20, 3);

        assertThat(image.rank()).isEqualTo(3);
        assertThat(image.dimension(0)).isEqualTo(28);
        assertThat(image.dimension(-1)).isEqualTo(3);
        assertThat(image.dimension(-3)).isEqualTo(28);
        assertThat(image.size()).isEqualTo(1_680);
    }

    @Test
    void itIsPrintedAsItselfAndAsKerasDoes() {
        assertThat(Shape.of(28, 28, 1)).hasToString("[28, 28, 1]");
        assertThat(Shape.of(28, 28, 1).withBatch()).isEqualTo("(None, 28, 28, 1)");
        assertThat(Shape.of(32).withBatch()).isEqualTo("(None, 32)");
    }

    @Test
    void shapesAreEqualByTheirDimensionsInOrder() {
        assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(6));
    }

    @Test
    void nobodyChangesItFromOutside() {
        int[] given = {4, 5};
        Shape shape = Shape.of(given);
        given[0] = 9;
        shape.toArray()[1] = 9;

        assertThat(shape.toArray()).containsExactly(4, 5);
    }

    @Test
    void aDimensionBelowOneIsRefused() {
        assertThatThrownBy(() -> Shape.of(3, 0, 2))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Every dimension must be >= 1, got [3, 0, 2]");
        assertThatThrownBy(() -> Shape.of(-1)).hasMessage("Every dimension must be >= 1, got [-1]");
    }

    /** The last product overflows an int to a small number, and a long as well if it were taken to the end. */
    @Test
    void whatNoArrayHoldsIsRefusedHoweverFarItOverflows() {
        assertThat(Shape.of(Integer.MAX_VALUE - 64).size()).isEqualTo(2_147_483_583);
        for (int[] dimensions :
                new int[][] {{Integer.MAX_VALUE - 63}, {65_536, 65_536}, {1 << 30, 1 << 30, 1 << 30, 4}}) {
            assertThatThrownBy(() -> Shape.of(dimensions))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith("A sample may hold at most 2,147,483,583 numbers, got [" + dimensions[0]);
        }
    }
}
