package dev.hourglass.lab.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.detect.metrics.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmapBoardTest {
    @TempDir
    private Path folder;

    private void labels(String... lines) throws IOException {
        Files.createDirectories(folder.resolve("train"));
        Files.createDirectories(folder.resolve("test"));
        Files.writeString(
                folder.resolve("labeled_anomalies.csv"),
                "chan_id,spacecraft,anomaly_sequences,class,num_values\n" + String.join("\n", lines) + "\n");
    }

    private void text(String name, int rows) throws IOException {
        Files.writeString(
                folder.resolve(name),
                IntStream.range(0, rows)
                        .mapToObj(row -> String.valueOf(row / 8.0))
                        .collect(Collectors.joining("\n")));
    }

    /** An array of NumPy's, float64, with the row's number and something else in each row. */
    private void array(String name, int rows) throws IOException {
        String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + rows + ", 2), }";
        header = header + " ".repeat((64 - (10 + header.length() + 1) % 64) % 64) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + rows * 16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.US_ASCII));
        for (int row = 0; row < rows; row++) {
            bytes.putDouble(row / 8.0).putDouble(-1);
        }
        Files.write(folder.resolve(name), bytes.array());
    }

    @Test
    void signalsAreReadFromTextAndFromArraysWithRangesThatOverlapAsOne() throws IOException {
        labels(
                "P-2,SMAP,\"[[30, 40]]\",[point],50",
                "P-2,SMAP,\"[[20, 34]]\",[point],50",
                "M-1,MSL,\"[[0, 3], [8, 9]]\",\"[point, contextual]\",10");
        text("train/P-2.txt", 12);
        text("test/P-2.txt", 50);
        array("train/M-1.npy", 11);
        array("test/M-1.npy", 10);

        List<SmapSignal> signals = SmapSignal.read(folder, 10);

        assertThat(signals).extracting(SmapSignal::name).containsExactly("P-2", "M-1");
        assertThat(signals).extracting(SmapSignal::spacecraft).containsExactly("SMAP", "MSL");
        assertThat(signals.getFirst().anomalies()).containsExactly(new Segment(20, 40));
        assertThat(signals.getLast().anomalies()).containsExactly(new Segment(0, 3), new Segment(8, 9));
        assertThat(signals.getFirst().training()).hasSize(12).endsWith(11 / 8.0);
        assertThat(signals.getLast().test()).hasSize(10).startsWith(0, 1 / 8.0).endsWith(9 / 8.0);
    }

    @Test
    void labelsThatDoNotFitAreRefusedWithTheWayOut() throws IOException {
        assertThatThrownBy(() -> SmapSignal.read(folder, 10))
                .isInstanceOf(BoardException.class)
                .hasMessageContaining("expected labeled_anomalies.csv and the folders train and test");
        labels("P-2,SMAP,\"[[30, 50]]\",[point],50");
        assertThatThrownBy(() -> SmapSignal.read(folder, 10))
                .hasMessageContaining("names P-2, but there is no P-2.npy, .txt or .csv in");
        text("train/P-2.txt", 12);
        text("test/P-2.txt", 50);
        assertThatThrownBy(() -> SmapSignal.read(folder, 10))
                .hasMessageContaining("the anomaly [30, 50] of P-2 lies outside its test file of 50 rows");
        assertThatThrownBy(() -> SmapSignal.read(folder, 13))
                .hasMessageContaining("P-2: expected 13 rows or more, found 12");
        labels("P-2,SMAP,\"[[0, 49]]\",[point],50");
        assertThatThrownBy(() -> SmapSignal.read(folder, 10))
                .hasMessageContaining("expected anomalous and normal rows of P-2");
        labels("P-2;SMAP");
        assertThatThrownBy(() -> SmapSignal.read(folder, 10)).hasMessageContaining("found 'P-2;SMAP'");
    }

    @Test
    void rowsAboveTheLimitLessThanAWindowApartAreOneDetection() {
        double[] scores = new double[300];
        // Half is the usual error; 2/3 twice as much.
        scores[10] = 0.7;
        scores[74] = 0.7;
        scores[139] = 0.7;
        scores[200] = 0.66;

        assertThat(Segment.of(SmapBoard.found(scores, 2))).containsExactly(new Segment(10, 74), new Segment(139, 139));
        assertThat(Segment.of(SmapBoard.found(scores, 1))).containsExactly(new Segment(10, 74), new Segment(139, 200));
        assertThat(Segment.of(SmapBoard.found(scores, 3))).isEmpty();
    }
}
