package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatasetReferenceTest {
    @Test
    void readsNameAndSplit() {
        assertThat(DatasetReference.parse("mnist:train", Split.TEST))
                .isEqualTo(new DatasetReference("mnist", Split.TRAINING));
        assertThat(DatasetReference.parse("mnist:test", Split.TRAINING))
                .isEqualTo(new DatasetReference("mnist", Split.TEST));
    }

    @Test
    void aBareNameGetsTheGivenSplit() {
        assertThat(DatasetReference.parse("mnist", Split.TEST)).isEqualTo(new DatasetReference("mnist", Split.TEST));
    }

    @Test
    void isWrittenAsItIsRead() {
        assertThat(new DatasetReference("mnist", Split.TRAINING)).hasToString("mnist:train");
    }

    @Test
    void anotherSplitIsRefused() {
        assertThatThrownBy(() -> DatasetReference.parse("mnist:tset", Split.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Data source 'mnist:tset' asks for the split 'tset'; expected train or test."
                        + " Write it like mnist:test.");
    }

    @Test
    void aMissingNameIsRefused() {
        assertThatThrownBy(() -> DatasetReference.parse(":test", Split.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Data source ':test' names no data set. Write it like mnist:test.");
    }
}
