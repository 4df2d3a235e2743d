package dev.hourglass.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void whereThereIsNoUnicodeTablesAreDrawnInAscii() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(written, true, StandardCharsets.US_ASCII);

        new Terminal(out, out, false, false, false, () -> 80).print("┏━┳━┓\n┃ a ┃ ◀ 7×8 … – é\n└─┴─┘\n");

        assertThat(written.toString(StandardCharsets.US_ASCII)).isEqualTo("+-+-+\n| a | < 7x8 ... - ?\n+-+-+\n");
    }

    @Test
    void aSentenceHangsUnderItsBullet() {
        assertThat(LabDisplay.bullet("one two three four", 10).lines())
                .containsExactly("• one two", "  three", "  four");
    }
}
