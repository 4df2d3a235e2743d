package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableReaderTest {
    @TempDir
    private Path folder;

    /** One table as different programs write it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b\n1.5,2\n3,4\n",
                "a;b\n1,5;2\n3;4\n",
                "a\tb\n1,5\t2\n3\t4\n",
                "a|b\r\n1.5|2\r\n3|4",
                "a b\n 1.5  2\n 3  4\n",
                "# a b\n1.5 2\n3 4\n",
                "\"a\",\"b\"\n\"1,5\",\"2\"\n\"3\",\"4\"\n",
                ",a,b\n0,1.5,2\n1,3,4\n",
                "Logger 7\nserial 12\na,b\n1.5,2\n3,4\n",
                "a,b\nbar,°C\n1.5,2\n3,4\n",
                "timestamp,a,b\n2024-03-01 00:00:00,1.5,2\n2024-03-01 00:01:00,3,4\n",
                "a,b\n\n1.5,2\n\n3,4\n\n",
                ",a,b\n0,1.5,2\n7,3,4\n",
                "Unnamed: 0.1,Unnamed: 0,a,b\n0,0,1.5,2\n2,1,3,4\n",
                "sep=;\na;b\n1,5;2\n3;4\n",
                "a,b,,\n1.5,2,,\n3,4,,\n",
                "Logger 7\nbegun;2024-03-01\n\na;b\n1,5;2\n3;4\n"
            })
    void theSyntaxIsFoundOut(String text) throws IOException {
        Table table = read(text, TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("a", "b");
        assertThat(values(table)).containsExactly(1.5, 2, 3, 4);
    }

    @Test
    void encodingsAndPackingAreFoundOut() throws IOException {
        String text = "Stärke;b\n1,5;2\n3;4\n";
        for (Charset charset : List.of(
                StandardCharsets.UTF_8,
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16LE,
                Charset.forName("windows-1252"))) {
            assertIsTable(text.getBytes(charset));
        }
        assertIsTable(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertIsTable(gzip.toByteArray());
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("inner.csv"));
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
        assertIsTable(zip.toByteArray());
    }

    private void assertIsTable(byte[] bytes) throws IOException {
        Table table = TableReader.readAll(Files.write(folder.resolve("table.csv"), bytes), TableOptions.DEFAULT);
        assertThat(table.columns()).containsExactly("Stärke", "b");
        assertThat(values(table)).containsExactly(1.5, 2, 3, 4);
    }

    @Test
    void aFirstLineThatCountsTheColumnsIsNoRow() throws IOException {
        Table table = read("0,1,2\n98.4,97.5,104.6\n101.6,99.3,102.5\n", TableOptions.DEFAULT);
        Table row = read(
                "0,1,2\n98.4,97.5,104.6\n",
                TableOptions.DEFAULT.withSyntax(new TableOptions.Syntax(null, null, 0, List.of())));
        Table counting = read("1,2,3\n2,3,4\n3,4,5\n", TableOptions.DEFAULT);

        assertThat(table.rows()).isEqualTo(2);
        assertThat(table.columns()).containsExactly("0", "1", "2");
        assertThat(table.notes()).anyMatch(note -> note.contains("The first line counts the columns"));
        assertThat(row.rows()).isEqualTo(2);
        assertThat(counting.rows()).as("windows of a counter").isEqualTo(3);
    }

    /** What pandas writes for columns without names, and others for years, wavelengths and the like. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ,0\\n0,98\\n1,95\\n2,97\\n                                   | 0
            ,0,1\\n0,98,95\\n1,97,94\\n                                   | 0 1
            0,1,\\n98.5,95.5,\\n97.5,94.5,\\n                             | 0 1
            0.0,1.0\\n98.5,95.5\\n97.5,94.5\\n                           | 0.0 1.0
            Unnamed: 0,0,1\\n0,98.5,95.5\\n1,97.5,94.5\\n                | 0 1
            time,0,1\\n2024-03-01,98,95\\n2024-03-02,97,94\\n            | 0 1
            3,4,status\\n98,95,0\\n97,94,1\\n                            | 3 4 status
            2001,2002,2003\\n98,95,93\\n97,94,92\\n                      | 2001 2002 2003
            400.5,401.0,401.5\\n0.3,0.2,0.1\\n0.2,0.1,0.3\\n             | 400.5 401.0 401.5
            ,a,a,b\\n,0,1,0\\n0,98.5,95.5,93.5\\n1,97.5,94.5,92.5\\n     | a_0 a_1 b_0
            """)
    void numbersInTheFirstLineMayBeNames(String lines, String names) throws IOException {
        Table table = read(lines.replace("\\n", "\n"), TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly(names.split(" "));
        assertThat(table.value(0, 0)).isGreaterThan(table.value(1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10,0,5\n9.9,0.1,5.1\n9.8,0.2,5.2\n",
                "2001,5,9\n50.5,5.5,8.5\n51.5,6.5,7.5\n",
                "4,5,6\n5,4,4\n3,6,5\n",
                "0\n498\n495\n497\n"
            })
    void aRowThatMayBeNamesIsDoubtedAloud(String text) throws IOException {
        Table table = read(text, TableOptions.DEFAULT);

        assertThat(table.rows()).isEqualTo(text.split("\n").length);
        assertThat(table.notes())
                .anyMatch(note -> note.equals(
                        "The first line is read as a row; if its numbers name the columns, say 'header: 1'."));
        Table named = read(text, TableOptions.DEFAULT.withSyntax(new TableOptions.Syntax(null, null, 1, List.of())));
        assertThat(named.rows()).isEqualTo(table.rows() - 1);
    }

    @Test
    void columnsOfOneNameAreSaid() throws IOException {
        Table table = read("a,b,a,a\n1.5,2,3,4\n", TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("a", "b", "a.1", "a.2");
        assertThat(table.notes()).contains("3 columns are called 'a'; those behind the first are 'a.1' and so on.");
    }

    @Test
    void aChannelThatCountsTheRowsIsSaid() throws IOException {
        StringBuilder text = new StringBuilder("seconds,a\n");
        for (int i = 0; i < 20; i++) {
            text.append(String.format(Locale.ROOT, "%.2f,%d%n", 0.01 * i, i % 7));
        }

        Table table = read(text.toString(), TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("seconds", "a");
        assertThat(table.notes())
                .contains("'seconds' goes up by the same step in each row, as times or an index do, and is read as a"
                        + " channel; 'exclude' leaves it out.");
    }

    @Test
    void aWordAmongNumbersIsOfferedAsAGap() {
        assertThatThrownBy(() -> read("a,b\n1.5,2\n3,4\n5,offline\n", TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("a number at line 4, column 2 ('b'), found 'offline'. If it stands for a gap, say"
                        + " missing_values: ['offline']; else write a number.");
    }

    @Test
    void whatIsTakenIsSaidInOneLine() throws IOException {
        Table table = read(
                "index;Zeit;p;T;status\n0;01.02.2024 10:00;1,5;2;ok\n1;01.02.2024 10:01;3;4;bad\n",
                TableOptions.DEFAULT.withLabel("status"));

        assertThat(table.notes())
                .containsExactly(
                        "table.csv: ';' between columns, decimal comma, a line of names, times in 'Zeit', labels in"
                                + " 'status', channels 'p' and 'T', left out 'index'.");
        assertThat(table.classes()).containsExactly("ok", "bad");
        assertThat(table.labels()).containsExactly(0, 1);
    }

    @Test
    void settingsWinOverGuesses() throws IOException {
        TableOptions chosen = TableOptions.DEFAULT
                .withSyntax(new TableOptions.Syntax(null, null, null, List.of("-999")))
                .withRoles(new TableOptions.Roles(List.of(), List.of("c", "a"), List.of(), null, false, "b"));

        Table table = read("a,b,c\n1,x,-999\n3,y,6\n", chosen);

        assertThat(table.columns()).containsExactly("c", "a");
        assertThat(values(table)).containsExactly(Double.NaN, 1, 6, 3);
        assertThat(table.series()).containsExactly("x", "y");
    }

    @Test
    void gapsAreWhatOthersWriteForThem() throws IOException {
        Table table = read("a,b\n1,\n2,NaN\n3,?\n4,null\n5,N/A\n6,None\n7,8\n", TableOptions.DEFAULT);

        assertThat(table.rows()).isEqualTo(7);
        for (int row = 0; row < 6; row++) {
            assertThat(values(table)[2 * row + 1]).isNaN();
        }
        assertThat(values(table)[13]).isEqualTo(8);
    }

    @Test
    void aRowThatBeginsWithASpreadsheetsGapIsKept() throws IOException {
        TableOptions own =
                TableOptions.DEFAULT.withSyntax(new TableOptions.Syntax(null, null, null, List.of("#missing")));

        assertThat(values(read("a,b\n1,2\n#N/A,4\n#NA,6\n", TableOptions.DEFAULT)))
                .containsExactly(1, 2, Double.NaN, 4, Double.NaN, 6);
        assertThat(values(read("a,b\n1,2\n#missing,4\n# a remark\n", own))).containsExactly(1, 2, Double.NaN, 4);
        assertThatThrownBy(() -> read("a,b\n1,2\n#REF!,4\n", TableOptions.DEFAULT))
                .hasMessageContaining("a number at line 3, column 1 ('a'), found '#REF!'");
    }

    @Test
    void aFirstLineMayBeLongerThanASample() throws IOException {
        int width = 12_288;
        StringBuilder text = new StringBuilder();
        for (int row = -1; row < 3; row++) {
            for (int column = 0; column < width; column++) {
                text.append(column == 0 ? "" : ";").append(row < 0 ? "pixel" + column : column + "," + row);
            }
            text.append('\n');
        }

        Table table = read(text.toString(), TableOptions.DEFAULT);
        Table chosen = read(text.toString(), TableOptions.DEFAULT.withColumns(table.columns()));

        assertThat(table.columns()).hasSize(width).contains("pixel0", "pixel12287");
        assertThat(table.rows()).isEqualTo(3);
        assertThat(values(table)[3 * width - 1]).isEqualTo(12_287.2);
        assertThat(values(chosen)).isEqualTo(values(table));
    }

    @Test
    void aColumnOfNumbersIsNotOneOfClasses() throws IOException {
        StringBuilder text = new StringBuilder("v,pressure\n");
        for (int row = 0; row < 2_000; row++) {
            text.append(row).append(',').append(row % 1_500).append(".5\n");
        }
        TableOptions labelled = TableOptions.DEFAULT.withLabel("pressure");

        assertThatThrownBy(() -> read(text.toString(), labelled))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(folder.resolve("table.csv")
                        + ": expected at most 1,000 classes at line 1,002, column 2 ('pressure'), found more. Labels"
                        + " are the classes of rows, such as normal and broken; take a column that has such.");
        String thousand = text.substring(0, text.indexOf("1000,1000.5"));
        assertThat(read(thousand, labelled).classes()).hasSize(1_000);
    }

    @Test
    void columnsAreFoundByNameOrRefusedWithBothLists() throws IOException {
        TableOptions wanted = TableOptions.DEFAULT.withColumns(List.of("a", "b"));

        assertThat(values(read("b,c,a\n1,2,3\n", wanted))).containsExactly(3, 1);
        assertThatThrownBy(() -> read("b,c\n1,2\n", wanted))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take the columns 'a', 'b' from " + folder.resolve("table.csv")
                        + ": it has 'b', 'c', and 'a' is missing. Add or rename it.");
        assertThat(values(read("1.5,2.5\n", wanted)))
                .as("without names by place")
                .containsExactly(1.5, 2.5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-02-01T10:00:00Z",
                "2024-02-01 11:00:00+01:00",
                "2024/02/01 10:00",
                "1706781600",
                "1706781600000",
                "1706781600000000000",
                "1706781600.000",
                "20240201T100000Z",
                "20240201 10:00",
                "20240201100000",
                "202402011000",
                "01-Feb-2024 10:00:00",
                "01FEB2024:10:00:00",
                "1. Februar 2024 10:00",
                "\"Feb 1, 2024 10:00 AM\"",
                "\"Thu, 01 Feb 2024 10:00:00 GMT\"",
                "Thu Feb  1 10:00:00 UTC 2024",
                "2024-02-01 11:00:00 CET",
                "2024-02-01 11:00 Europe/Berlin"
            })
    void timesAreReadInTheirForms(String time) throws IOException {
        Table table = read("time,v\n" + time + ",1\n" + time + ",2\n", TableOptions.DEFAULT);

        assertThat(times(table)).containsExactly(1_706_781_600_000_000_000L, 1_706_781_600_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"20240201", "2024-02", "01 Feb 24", "\"February 1st, 2024\""})
    void datesAreReadInTheirForms(String date) throws IOException {
        Table table = read("date,v\n" + date + ",1\n" + date + ",2\n", TableOptions.DEFAULT);

        assertThat(times(table)).containsOnly(1_706_745_600_000_000_000L);
    }

    @Test
    void digitsWithoutANameOfTimesAreNumbers() throws IOException {
        Table table = read("a,b\n20240201,1\n20240202,2\n", TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("a", "b");
    }

    @Test
    void dayAndMonthAreAskedForWhereBothFit() throws IOException {
        assertThatThrownBy(() -> read("t,v\n01/02/2024,1\n02/02/2024,2\n", TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't tell day from month in column 't' of " + folder.resolve("table.csv")
                        + ": '01/02/2024' may be either. Say 'date_order: day_first' or 'date_order: month_first'.");
        long day = 86_400_000_000_000L;
        Table dayFirst = read("t,v\n12/02/2024,1\n13/02/2024,2\n", TableOptions.DEFAULT);
        Table monthFirst = read("t,v\n02/12/2024 9:00 PM,1\n02/13/2024 9:00 PM,2\n", TableOptions.DEFAULT);
        assertThat(times(dayFirst)).containsExactly(19_765 * day, 19_766 * day);
        assertThat(times(monthFirst)).containsExactly(19_765 * day + 7 * day / 8, 19_766 * day + 7 * day / 8);
    }

    @Test
    void dateAndTimeOfDayMayHaveTheirOwnColumns() throws IOException {
        Table table = read("date,clock,v\n2024-02-12,00:00:01,1\n2024-02-12,00:00:01.5,2\n", TableOptions.DEFAULT);

        long day = 86_400_000_000_000L;
        assertThat(times(table)).containsExactly(19_765 * day + 1_000_000_000, 19_765 * day + 1_500_000_000);
        assertThat(table.channels()).isEqualTo(1);
    }

    /** Berlin's clocks went from 2 to 3 o'clock on this day. */
    @Test
    void aTimeOfDayIsThatOfTheClock() throws IOException {
        TableOptions berlin = new TableOptions(
                TableOptions.Syntax.FOUND,
                TableOptions.Roles.FOUND,
                new TableOptions.Times(null, ZoneId.of("Europe/Berlin")));

        Table together = read("t,v\n2024-03-31 00:00,1\n2024-03-31 03:00,2\n", berlin);
        Table apart = read("date,clock,v\n2024-03-31,00:00,1\n2024-03-31,03:00,2\n", berlin);

        assertThat(times(together)).containsExactly(nanos("2024-03-30T23:00:00Z"), nanos("2024-03-31T01:00:00Z"));
        assertThat(times(apart)).isEqualTo(times(together));
    }

    @Test
    void timesOfDayMayStandBeforeDates() throws IOException {
        String text = "clock,v,date\n00:00,1,2024-03-31\n03:00,2,2024-03-31\n";
        for (List<String> said : List.of(List.<String>of(), List.of("clock", "date"), List.of("date", "clock"))) {
            Table table = read(
                    text,
                    TableOptions.DEFAULT.withRoles(
                            new TableOptions.Roles(said, List.of(), List.of(), null, false, null)));

            assertThat(times(table)).containsExactly(nanos("2024-03-31T00:00:00Z"), nanos("2024-03-31T03:00:00Z"));
            assertThat(values(table)).containsExactly(1, 2);
            assertThat(table.notes()).anyMatch(note -> note.contains("times in 'clock' and 'date'"));
        }
    }

    private static long nanos(String moment) {
        return Instant.parse(moment).getEpochSecond() * 1_000_000_000;
    }

    @Test
    void aTimeOfDayIsNotAddedToATime() throws IOException {
        Table table = read("t,lap,v\n2024-03-31 10:00,00:01,1\n2024-03-31 11:00,00:02,2\n", TableOptions.DEFAULT);
        TableOptions both = TableOptions.DEFAULT.withRoles(
                new TableOptions.Roles(List.of("t", "lap"), List.of(), List.of(), null, false, null));

        assertThat(times(table)).containsExactly(nanos("2024-03-31T10:00:00Z"), nanos("2024-03-31T11:00:00Z"));
        assertThat(table.notes()).anyMatch(note -> note.contains("'lap' has times as well and is left out"));
        assertThatThrownBy(() -> read("t,lap,v\n2024-03-31 10:00,00:01,1\n", both))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected a date and a time of day at line 2, column 1 ('t'), found"
                        + " '2024-03-31 10:00 00:01'");
    }

    @Test
    void timesOutOfOrderAreRefusedWithTheirLine() {
        assertThatThrownBy(() -> read("time,v\n2024-01-02,1\n2024-01-01,2\n", TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(folder.resolve("table.csv")
                        + ": expected times in order at line 3, column 1 ('time'), found '2024-01-01' behind a later"
                        + " one. Sort the rows by time, say 'sort: true', or leave the column out (exclude).");
    }

    /** Berlin's clocks went from 3 back to 2 o'clock on this day. */
    @Test
    void anHourThatAClockShowedTwiceIsToldByTheOrderOfTheRows() throws IOException {
        String text = """
            t,v
            2024-10-27 01:30,1
            2024-10-27 02:00,2
            2024-10-27 02:30,3
            2024-10-27 02:00,4
            2024-10-27 02:30,5
            2024-10-27 03:00,6
            """;
        TableOptions berlin = new TableOptions(
                TableOptions.Syntax.FOUND,
                TableOptions.Roles.FOUND,
                new TableOptions.Times(null, ZoneId.of("Europe/Berlin")));

        assertThat(times(read(text, berlin)))
                .containsExactly(
                        nanos("2024-10-26T23:30:00Z"),
                        nanos("2024-10-27T00:00:00Z"),
                        nanos("2024-10-27T00:30:00Z"),
                        nanos("2024-10-27T01:00:00Z"),
                        nanos("2024-10-27T01:30:00Z"),
                        nanos("2024-10-27T02:00:00Z"));
        assertThat(times(read(text.replace(" ", ",").replace("t,v", "date,t,v"), berlin)))
                .isEqualTo(times(read(text, berlin)));
        assertThatThrownBy(() -> read(text, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("line 5", "")
                .hasMessageContaining("If a clock was put back there, name its zone with 'time_zone'.");
        assertThatThrownBy(() -> read(text + "2024-10-27 02:30,7\n", berlin))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("line 8");
    }

    /** As NAB's speed_7578.csv: a blank would split all lines but the first, and 11:39:00,73 may be a time. */
    @Test
    void wholeNumbersBehindATimeAreNoFractionsOfIt() throws IOException {
        Table table = read("timestamp,value\n2015-09-08 11:39:00,73\n2015-09-08 11:44:00,62\n", TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("value");
        assertThat(table.value(1, 0)).isEqualTo(62);
    }

    /** As the tables of the UCR archive. */
    @Test
    void aColumnOfLabelsIsNamedByItsNumberWhereThereAreNoNames() throws IOException {
        Table table =
                read("  1.0000000e+00  0.5  0.25\n  2.0000000e+00  0.1  0.5\n", TableOptions.DEFAULT.withLabel("1"));

        assertThat(table.channels()).isEqualTo(2);
        assertThat(table.classes()).containsExactly("1.0000000e+00", "2.0000000e+00");
    }

    @Test
    void rowsAreSortedWhereThatIsSaid() throws IOException {
        TableOptions sort = new TableOptions(
                TableOptions.Syntax.FOUND,
                new TableOptions.Roles(List.of(), List.of(), List.of(), "c", false, null),
                new TableOptions.Times(null, ZoneOffset.UTC, true));

        Table table = read("t,v,c\n2024-01-02,2,b\n2024-01-01,1,a\n2024-01-02,3,c\n2024-01-01,0,a\n", sort)
                .bySeries();

        assertThat(IntStream.range(0, 4).mapToDouble(row -> table.value(row, 0)))
                .containsExactly(1.0, 0.0, 2.0, 3.0);
        assertThat(table.order()).containsExactly(1, 3, 0, 2);
        assertThat(table.classes()).containsExactly("b", "a", "c");
        assertThat(table.labels()).containsExactly(1, 1, 0, 2);
    }

    @Test
    void aCommaThatMayBeEitherIsAskedFor() {
        assertThatThrownBy(() -> read("a,b\n\"1,234\",2\n\"5,678\",3\n", TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("'1,234' may be a number with a decimal comma or one with thousands");
        assertThatThrownBy(() -> read("a\tb\n987\t2\n1,004\t3\n", TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("'1,004' may be a number with a decimal comma or one with thousands");
    }

    @Test
    void aTableComesInBlocks() throws IOException {
        StringBuilder text = new StringBuilder("v\n");
        for (int i = 0; i < 10_000; i++) {
            text.append(i).append(".5\n");
        }
        Path file = Files.writeString(folder.resolve("table.csv"), text);
        try (TableReader reader = TableReader.open(file, TableOptions.DEFAULT)) {
            RowBlock block = reader.newBlock();
            int rows = 0;
            while (reader.read(block)) {
                assertThat(block.values[0]).isEqualTo(rows + 0.5);
                assertThat(block.rows).isLessThanOrEqualTo(4096);
                rows += block.rows;
            }
            assertThat(rows).isEqualTo(10_000);
        }
    }

    private Table read(String text, TableOptions options) throws IOException {
        return TableReader.readAll(Files.writeString(folder.resolve("table.csv"), text), options);
    }

    private static double[] values(Table table) {
        return table.values().toArray(ValueLayout.JAVA_DOUBLE);
    }

    private static long[] times(Table table) {
        return Objects.requireNonNull(table.times()).toArray(ValueLayout.JAVA_LONG);
    }
}
