package dev.hourglass.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.follow.IncomingLines.Line;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class IncomingLinesTest {
    /** Gives pieces; an empty one is a new beginning. */
    private static IncomingBytes pieces(byte[]... pieces) {
        return new IncomingBytes() {
            private int piece;
            private int at;

            @Override
            public int read(byte[] into, int from, int most) {
                if (piece == pieces.length) {
                    return END;
                }
                if (pieces[piece].length == 0) {
                    piece++;
                    return ANEW;
                }
                int count = Math.min(most, pieces[piece].length - at);
                System.arraycopy(pieces[piece], at, into, from, count);
                at += count;
                if (at == pieces[piece].length) {
                    piece++;
                    at = 0;
                }
                return count;
            }

            @Override
            public void close() {}
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> all(IncomingLines lines) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            Line found = line.get();
            all.add(found.number()
                    + (found.tooLong() ? " too long" : " " + new String(found.bytes(), StandardCharsets.UTF_8)));
        }
        return all;
    }

    @Test
    void linesEndAsOnAnySystemAndTheLastOneMayLackItsEnd() throws Exception {
        assertThat(all(new IncomingLines(pieces(bytes("a\r"), bytes("\n\nb"), bytes("c\nlast")), 0)))
                .containsExactly("1 a", "2 ", "3 bc", "4 last");
        assertThat(all(new IncomingLines(pieces(bytes("a\n")), 7))).containsExactly("8 a");
        assertThat(all(new IncomingLines(pieces(), 0))).isEmpty();
    }

    @Test
    void halfALineIsGivenUpWhereAFileBeginsAnew() throws Exception {
        IncomingLines lines = new IncomingLines(pieces(bytes("a\nhal"), bytes(""), bytes("b\n")), 0);

        assertThat(all(lines)).containsExactly("1 a", "1 b");
        assertThat(lines.takeLost()).isEqualTo(3);
        assertThat(lines.takeLost()).isZero();
    }

    @Test
    void aLongLineIsPassedOverInBoundedMemory() throws Exception {
        byte[] mega = new byte[1 << 20];
        Arrays.fill(mega, (byte) '7');
        byte[][] pieces = new byte[1_002][];
        Arrays.fill(pieces, mega); // a gigabyte
        pieces[0] = bytes("1,2\n");
        pieces[1_001] = bytes("7\n3,4\n");

        assertThat(all(new IncomingLines(pieces(pieces), 0))).containsExactly("1 1,2", "2 too long", "3 3,4");
        assertThat(all(new IncomingLines(pieces(mega, bytes("\n5")), 0)))
                .hasSize(2)
                .last()
                .isEqualTo("2 5");
        assertThat(all(new IncomingLines(pieces(mega, bytes("7")), 0))).containsExactly("1 too long");
    }

    @Test
    void whatIsReadAheadIsCounted() throws Exception {
        IncomingLines lines = new IncomingLines(pieces(bytes("a\nbb\nccc")), 0);
        lines.next();

        assertThat(lines.ahead()).isEqualTo(6);
        assertThat(lines.hasMore()).isTrue();
        lines.next();
        assertThat(lines.ahead()).isEqualTo(3);
        assertThat(lines.hasMore()).isFalse();
        assertThat(lines.number()).isEqualTo(2);
    }

    @Test
    void piecesOfAnySizeGiveTheSameLines() throws Exception {
        for (long seed = 0; seed < 50; seed++) {
            RandomGenerator random = new RandomSource(seed).stream("lines", 0);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                text.append("x".repeat(random.nextInt(5))).append('\n');
            }
            byte[] whole = bytes(text.toString());
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < whole.length; ) {
                int next = Math.min(whole.length, at + 1 + random.nextInt(7));
                pieces.add(Arrays.copyOfRange(whole, at, next));
                at = next;
            }

            assertThat(all(new IncomingLines(pieces(pieces.toArray(byte[][]::new)), 0)))
                    .as("seed %d", seed)
                    .isEqualTo(all(new IncomingLines(pieces(whole), 0)));
        }
    }
}
