package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
    @Test
    void countsInsertionsDeletionsReplacementsAndSwapsAsOneEach() {
        assertThat(Spelling.edits("units", "unit")).isEqualTo(1);
        assertThat(Spelling.edits("units", "unitss")).isEqualTo(1);
        assertThat(Spelling.edits("units", "unots")).isEqualTo(1);
        assertThat(Spelling.edits("mnist", "mnits")).isEqualTo(1);
        assertThat(Spelling.edits("", "abc")).isEqualTo(3);
    }

    @Test
    void findsTheNearestWhateverTheCase() {
        assertThat(Spelling.nearest("lstm", List.of("Dense", "LSTM"))).contains("LSTM");
    }

    @Test
    void whatResemblesNothingHasNoNearest() {
        assertThat(Spelling.nearest("colour", List.of("name", "folder", "limit")))
                .isEmpty();
    }

    @Test
    void theHintListsWhatThereIsWhereNothingIsNear() {
        assertThat(Spelling.hint("zzz", List.of("lab", "data"))).isEqualTo(" Known: lab, data.");
    }
}
