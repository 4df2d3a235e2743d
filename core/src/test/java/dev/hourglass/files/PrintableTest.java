package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "Modell »größe« 10 × 3, 日本語, می\u200cخواهم, 👩\u200d🔬 ┃ \\u001b";
        assertThat(Printable.line(text)).isSameAs(text);
        assertThat(Printable.lines("one\ntwo\r\nthree\n")).isEqualTo("one\ntwo\r\nthree\n");
    }

    @Test
    void whatATerminalWouldActUponIsShown() {
        assertThat(Printable.line("a\u001b[2J\u0007\b\tb")).isEqualTo("a\\u001b[2J\\u0007\\u0008\\u0009b");
        assertThat(Printable.line("\u009b31m\u007f\0")).isEqualTo("\\u009b31m\\u007f\\u0000");
        assertThat(Printable.line("one\ntwo\r\nthree\u2028\u2029\u0085"))
                .isEqualTo("one\\u000atwo\\u000d\\u000athree\\u2028\\u2029\\u0085");
        assertThat(Printable.lines("over\rwritten\nnext")).isEqualTo("over\\u000dwritten\nnext");
    }

    @Test
    void marksThatTurnLettersRoundAreShown() {
        for (char mark :
                "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b".toCharArray()) {
            assertThat(Printable.lines("a" + mark + "b")).isEqualTo(String.format("a\\u%04xb", (int) mark));
        }
        assertThat(Printable.line("tag \udb40\udc41, half \ud83d.")).isEqualTo("tag \\udb40\\udc41, half \\ud83d.");
    }
}
