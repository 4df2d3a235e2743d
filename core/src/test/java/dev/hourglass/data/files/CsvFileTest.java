package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.TableSamples;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2.5\n-3,4e2\n",
                "1;2.5\n-3;4e2",
                "1\t2.5\r\n-3\t4e2\r\n",
                "height,width\n1,2.5\n-3,4e2\n\n\n",
                "\"height; in cm\",width\n\"1\", 2.5 \n-3,+4E+2\n",
                "\uFEFFheight;width\n1;2.5\n-3;4e2\n"
            })
    void separatorHeaderAndByteOrderMarkAreRecognized(String text) throws IOException {
        FloatDataset data = table(write(text));

        assertThat(data.size()).isEqualTo(2);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2));
        float[] rows = new float[4];
        data.copySample(0, rows, 0);
        data.copySample(1, rows, 2);
        assertThat(rows).containsExactly(1, 2.5f, -3, 400);
        assertThat(data.hasLabels()).isFalse();
    }

    @Test
    void utf16IsReadByItsByteOrderMark() throws IOException {
        Path file = Files.write(folder.resolve("table.csv"), "1;2\n3;4\n".getBytes(StandardCharsets.UTF_16));

        assertThat(table(file).size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        1,2\\n3\\n | 2 columns at line 2, as in the first line, found 1. Give every row as many.
        a,b\\n1,2\\n3,4,5\\n | 2 columns at line 3, as in the first line, found 3. Give every row as many.
        1,2\\n3,x\\n | a number at line 2, column 2, found 'x'. Leave the column out (exclude), or name it as the one with the labels.
        h,w\\n1,2\\n3,NaN\\n | no gaps, found 1 number of 'w' (longest run 1). Say what becomes of them by --missing, in a recipe by 'missing': interpolate, hold, mean or drop_windows.
        h,w\\n1,0x1p3\\n | a number at line 2, column 2 ('w'), found '0x1p3'. Leave the column out (exclude), or name it as the one with the labels.
        h,w\\n1,1f\\n | a number at line 2, column 2 ('w'), found '1f'. Leave the column out (exclude), or name it as the one with the labels.
        1,x\\n3,4\\n | a number at line 1, column 2, found 'x'. If the first line names the columns, say header: 1; else leave the column out (exclude).
        h,w\\n,2\\n | no gaps, found 1 number of 'h' (longest run 1). Say what becomes of them by --missing, in a recipe by 'missing': interpolate, hold, mean or drop_windows.
        1\\n\\n3\\n | a number at line 2, found an empty line. Write NaN for a gap, or drop it.
        h;w\\n1.5;2,5\\n | a number at line 2, column 2 ('w'), found '2,5'. Write all numbers with a decimal point, or say decimal: ','.
        v\\n1,5\\n2,5\\n | 1 columns at line 2, as in the first line, found 2. Give every row as many; numbers with a decimal comma need another separator.
        h,w\\n1,1e99\\n | a number below 3.4e38 at line 2, column 2 ('w'), found '1e99'. Scale the column.
        h,w\\n | rows of numbers, found only names. Give at least one row.
        \\n\\n | rows of numbers, found none. Give at least one row.
        """)
    void whatIsNoNumberIsNamedByLineAndColumn(String text, String message) throws IOException {
        Path file = write(text.replace("\\n", "\n"));

        assertThatThrownBy(() -> table(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected " + message);
    }

    @Test
    void aColumnOfNumbersGivesLabelsAsTheyAre() throws IOException {
        FloatDataset data = table(write("x,kind,y\n1,7,2\n3,0,4\n5,7,6\n"), "kind");

        assertThat(data.sampleShape()).isEqualTo(Shape.of(2));
        float[] sample = new float[2];
        data.copySample(1, sample, 0);
        assertThat(sample).containsExactly(3, 4);
        assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(7, 0, 7);
        assertThat(data.classNames()).isEmpty();
    }

    @Test
    void aColumnOfTextGivesLabelsInAlphabeticalOrder() throws IOException {
        FloatDataset data = table(write("kind,x\nship,1\nbird,2\nship,3\ncat,4\n"), "kind");

        assertThat(data.classNames()).containsExactly("bird", "cat", "ship");
        assertThat(new int[] {data.label(0), data.label(1), data.label(2), data.label(3)})
                .containsExactly(2, 0, 2, 1);
    }

    @Test
    void aMissingLabelColumnIsAnsweredWithTheNearest() throws IOException {
        Path named = write("kind,x\n1,2\n");
        assertThatThrownBy(() -> table(named, "knid"))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take labels from " + named + ": it has no column 'knid'. Did you mean 'kind'?");

        Path unnamed = write("1,2\n");
        assertThatThrownBy(() -> table(unnamed, "kind"))
                .hasMessage("Can't take labels from " + unnamed
                        + ": its first line names no columns. Add a line of names.");
    }

    @Test
    void aFieldOrLineWithoutEndIsRefused() throws IOException {
        Path field = write("1,2\n3," + "4".repeat(5000) + "\n");
        assertThatThrownBy(() -> table(field))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        field + ": expected a number at line 2, column 2, found more than 1,024 characters")
                .message()
                .hasLineCount(1);

        Path quote = write("1,2\n3,\"" + "4,\n".repeat(100_000));
        assertThatThrownBy(() -> table(quote)).isInstanceOf(CorruptFileException.class);

        Path line = write("1,".repeat(2_000_000) + "1\n");
        assertThatThrownBy(() -> table(line)).isInstanceOf(CorruptFileException.class);
    }

    @Test
    void garbageIsRefusedOnOneLine() throws IOException {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[1 + random.nextInt(500)];
            random.nextBytes(bytes);
            Path file = Files.write(folder.resolve("table.csv"), bytes);
            try {
                table(file);
            } catch (CorruptFileException e) {
                assertThat(e.getMessage())
                        .as("seed %d, round %d", seed, round)
                        .startsWith(file + ": expected ")
                        .hasLineCount(1);
            }
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private static FloatDataset table(Path file) {
        return TableSamples.read(file, TableOptions.DEFAULT, SeriesOptions.Steps.PLAIN)
                .data();
    }

    private static FloatDataset table(Path file, String labelColumn) {
        return TableSamples.read(file, TableOptions.DEFAULT.withLabel(labelColumn), SeriesOptions.Steps.PLAIN)
                .data();
    }
}
