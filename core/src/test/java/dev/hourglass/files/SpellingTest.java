package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
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

    @Test
    void ofManyTheHintListsTheFirst() {
        List<String> many = IntStream.range(0, 12_288)
                .mapToObj(i -> "pixel" + i + "x".repeat(i))
                .toList();

        String hint = Spelling.hint("zzz", many);

        assertThat(hint).startsWith(" Known: pixel0, pixel1x, ").endsWith(" and 12,268 more.");
        assertThat(hint.length()).isLessThan(20 * 43 + 40);
        assertThat(Spelling.nearest("p".repeat(100_000), List.of("q".repeat(100_000))))
                .isEmpty();
    }
}
