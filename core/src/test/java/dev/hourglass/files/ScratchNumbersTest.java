package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchNumbersTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 8 * 1_999, 8 * 2_000, 8 * 3_000, 8 * 4_999, 8 * 5_000, 1 << 20})
    void numbersAreTheSameWhereverTheyLie(int mostBytesInMemory) throws IOException {
        try (ScratchNumbers scratch = new ScratchNumbers(folder, mostBytesInMemory)) {
            scratch.append(DoubleStream.iterate(0, x -> x + 0.5).limit(3_000).toArray(), 2_000);
            scratch.append(
                    DoubleStream.iterate(1_000, x -> x + 0.5).limit(3_000).toArray(), 3_000);

            MemorySegment numbers = scratch.finish();

            assertThat(scratch.isInFile()).isEqualTo(mostBytesInMemory < 8 * 5_000);
            assertThat(scratch.bytes()).isEqualTo(8 * 5_000);
            assertThat(numbers.toArray(ValueLayout.JAVA_DOUBLE))
                    .isEqualTo(
                            DoubleStream.iterate(0, x -> x + 0.5).limit(5_000).toArray());
            numbers.setAtIndex(ValueLayout.JAVA_DOUBLE, 4_999, -1);
            assertThat(numbers.getAtIndex(ValueLayout.JAVA_DOUBLE, 4_999)).isEqualTo(-1);
        }
    }

    @Test
    void theFileIsGoneWhileItsNumbersAreStillRead() throws IOException {
        MemorySegment numbers;
        try (ScratchNumbers scratch = new ScratchNumbers(folder, 8)) {
            scratch.append(LongStream.range(0, 1_000_000).toArray(), 1_000_000);
            numbers = scratch.finish();
        }

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        assertThat(numbers.getAtIndex(ValueLayout.JAVA_LONG, 999_999)).isEqualTo(999_999);
    }

    @Test
    void aDiskWithoutRoomIsRefusedBeforeItIsFull() throws IOException {
        try (ScratchNumbers scratch = new ScratchNumbers(folder, 8)) {
            assertThatThrownBy(() -> scratch.requireRoom(Long.MAX_VALUE))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("about [\\d,]+ MB more are needed and the disk has [\\d,]+");
        }
    }
}
