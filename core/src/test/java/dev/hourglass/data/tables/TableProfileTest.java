package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableProfileTest {
    @TempDir
    private Path folder;

    @Test
    void columnsTimesGapsAndClassesAreFound() throws IOException {
        Path file = Files.writeString(folder.resolve("pump.csv"), """
            time;flow;twice;fixed;mode;note;status
            2024-03-01 00:00:00;1,5;3;7;1;a b;OK
            2024-03-01 00:01:00;;4;7;2;c;OK
            2024-03-01 00:02:00;;5;7;3;d;OK
            2024-03-01 00:02:00;3,5;7;7;4;e;OK
            2024-03-01 01:02:00;2,5;5;7;5;f;BROKEN
            2024-03-01 01:03:00;4,5;9;7;6;g;OK
            """);

        TableProfile profile = TableProfile.of(file, TableOptions.DEFAULT);

        assertThat(profile.rows()).isEqualTo(6);
        assertThat(profile.channels())
                .extracting(TableProfile.Channel::name)
                .containsExactly("flow", "twice", "fixed", "mode");
        TableProfile.Channel flow = profile.channels().getFirst();
        assertThat(flow.missing()).isEqualTo(2);
        assertThat(flow.longestRun()).isEqualTo(2);
        assertThat(flow.least()).isEqualTo(1.5);
        assertThat(flow.most()).isEqualTo(4.5);
        assertThat(flow.mean()).isEqualTo(3, within(1e-12));
        assertThat(flow.deviation()).isEqualTo(Math.sqrt(1.25), within(1e-12));
        assertThat(flow.whole()).isFalse();
        assertThat(profile.channels().get(2).isConstant()).isTrue();
        assertThat(profile.channels().get(3).whole()).isTrue();
        assertThat(profile.related())
                .as("over the four rows without gaps")
                .singleElement()
                .satisfies(pair -> {
                    assertThat(pair.first() + pair.second()).isEqualTo("flowtwice");
                    assertThat(pair.correlation()).isEqualTo(1, within(1e-12));
                });
        assertThat(profile.words()).extracting(TableProfile.Words::column).containsExactly("status", "note");
        assertThat(profile.options().roles().label()).isEqualTo("status");
        assertThat(profile.options().roles().exclude()).containsExactly("note");
        assertThat(profile.classes())
                .containsExactly(new TableProfile.ClassCount("OK", 5), new TableProfile.ClassCount("BROKEN", 1));
        TableProfile.Times times = profile.times();
        assertThat(times)
                .isEqualTo(new TableProfile.Times(
                        "time", "2024-03-01T00:00", "2024-03-01T01:03", 60_000_000_000L, 3_600_000_000_000L, 1, 1));
        assertThat(profile.samples(2, 2)).isEqualTo(3);
    }

    @Test
    void aFewWordsAmongNumbersAreGaps() throws IOException {
        String rows = "1.5,ok\n2.5,ok\n".repeat(10);
        Path file = Files.writeString(folder.resolve("gaps.csv"), "flow,note\n" + rows + "offline,ok\n");

        TableProfile profile = TableProfile.of(file, TableOptions.DEFAULT);

        assertThat(profile.channels()).singleElement().satisfies(flow -> {
            assertThat(flow.name()).isEqualTo("flow");
            assertThat(flow.missing()).isEqualTo(1);
        });
        assertThat(profile.options().syntax().missing()).containsExactly("offline");
        assertThat(profile.notes()).contains("Among numbers 'offline' stands for a gap (missing_values).");
    }

    @Test
    void numbersWrittenInTwoWaysAreNotLeftOut() throws IOException {
        Path commas = Files.writeString(folder.resolve("commas.csv"), "a;b\n1.5;2.5\n1.5;2,5\n");
        Path thousands =
                Files.writeString(folder.resolve("thousands.csv"), "a,b\n1.5,\"1,234.50\"\n1.5,\"2,000.25\"\n");

        assertThatThrownBy(() -> TableProfile.of(commas, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found '2,5'. Write all numbers with a decimal point, or say decimal: ','.");
        assertThatThrownBy(() -> TableProfile.of(thousands, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found '1,234.50'. Write numbers without a sign between thousands.");
    }

    /** As NumPy has it: {@code np.corrcoef(x[:-1], x[1:])} of an autoregression tends to its coefficient. */
    @Test
    void whatRowsTellOfTheNextIsTheirCorrelation() throws IOException {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder("walk,noise\n");
        double walk = 1000;
        for (int row = 0; row < 20_000; row++) {
            walk = 1000 + 0.8 * (walk - 1000) + random.nextGaussian();
            text.append(walk).append(',').append(random.nextGaussian()).append('\n');
        }
        TableProfile profile = TableProfile.of(Files.writeString(folder.resolve("ar.csv"), text), TableOptions.DEFAULT);

        assertThat(profile.channels().get(0).follows()).isEqualTo(0.8, within(0.02));
        assertThat(profile.channels().get(1).follows()).isEqualTo(0, within(0.02));
        assertThat(profile.channels().get(0).mean()).isEqualTo(1000, within(0.1));
        float[] course = profile.channels().get(0).course();
        float most = Float.NEGATIVE_INFINITY;
        for (float value : course) {
            most = Float.isNaN(value) ? most : Math.max(most, value);
        }
        assertThat(most).isEqualTo((float) profile.channels().get(0).most());
    }

    /** As MNIST's tables: a label, then the pixels row by row. */
    @Test
    void rowsOfASquareOfBytesAreLikelyPictures() throws IOException {
        TableProfile digits = TableProfile.of(pixels("digits.csv", 64, 255), TableOptions.DEFAULT);

        assertThat(digits.pictureSide()).isEqualTo(8);
        assertThat(digits.options().roles().label()).isEqualTo("label");
        assertThat(digits.firstRows(3)).hasSize(3);
        assertThat(digits.firstRows(3).get(2)[63]).isEqualTo((2 * 7 + 63 * 13) % 256);
        assertThat(TableProfile.of(pixels("no-square.csv", 63, 255), TableOptions.DEFAULT)
                        .pictureSide())
                .isZero();
        assertThat(TableProfile.of(pixels("dark.csv", 64, 100), TableOptions.DEFAULT)
                        .pictureSide())
                .isZero();
    }

    private Path pixels(String name, int count, int most) throws IOException {
        StringBuilder text = new StringBuilder("label");
        for (int i = 0; i < count; i++) {
            text.append(",pixel").append(i);
        }
        for (int row = 0; row < 40; row++) {
            text.append('\n').append(row % 10);
            for (int i = 0; i < count; i++) {
                text.append(',').append((row * 7 + i * 13) % (most + 1));
            }
        }
        return Files.writeString(folder.resolve(name), text.append('\n'));
    }

    @Test
    void howMuchIsReadIsToldAndWhoIsToldMayEndIt() throws IOException {
        Path file = pixels("digits.csv", 64, 255);
        List<Double> told = new ArrayList<>();

        TableProfile.of(file, TableOptions.DEFAULT, told::add);

        assertThat(told).isNotEmpty().isSorted().allMatch(share -> share > 0 && share <= 1);
        assertThatThrownBy(() -> TableProfile.of(file, TableOptions.DEFAULT, share -> {
                    throw new IllegalStateException("enough");
                }))
                .hasMessage("enough");
    }
}
