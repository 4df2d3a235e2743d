package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableRewriterTest {
    @TempDir
    private Path folder;

    private String rewritten(String text, TableRewriter.Filling filling) throws IOException {
        Path file = Files.writeString(folder.resolve("data.csv"), text);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TableRewriter.rewrite(file, TableOptions.DEFAULT, filling, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void onlyGapsThatGetANumberChange() throws IOException {
        String text = "# made by hand\nflow,speed\n1.50,2\n,3\n\nNaN,\"\"\n4.0e0,5";
        assertThat(rewritten(text, (row, channel) -> null)).isEqualTo(text);
        assertThat(rewritten(text, (row, channel) -> row == 1 && channel == 0 ? 2.5f : null))
                .isEqualTo(text.replace("\n,3", "\n2.5,3"));
        assertThat(rewritten(text, (row, channel) -> row == 2 ? channel + 0.25f : null))
                .isEqualTo(text.replace("NaN,\"\"", "0.25,1.25"));
    }

    @Test
    void aNumberThatIsThereIsNeverReplaced() {
        assertThatThrownBy(() -> rewritten("flow,speed\n1,2\n3,\n", (row, channel) -> 7f))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("line 2 has no gap where one was read");
    }

    @Test
    void aRowWhoseGapStandsInASecondLineIsRefused() {
        String text = "note,flow,speed\na,1,2\n\"b\nc\",,3\nd,4,5\n";
        assertThatThrownBy(() -> rewritten(text, (row, channel) -> row == 1 && channel == 0 ? 7f : null))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("a line for each row");
    }
}
