package dev.hourglass.cli.terminal;

import dev.hourglass.files.Printable;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * What is written to and what it can show.
 *
 * @param interactive whether a person looks at {@code out} and lines may be redrawn in place
 * @param colour whether ANSI colours are shown
 * @param unicode whether anything but ASCII is shown
 * @param columns the width now; a user may change it at any time
 */
public record Terminal(
        PrintStream out, PrintStream err, boolean interactive, boolean colour, boolean unicode, IntSupplier columns) {
    private static final int DEFAULT_COLUMNS = 80;
    /** Erases from the cursor to the end of the line (ECMA-48, EL). */
    private static final String ERASE_REST = "\033[K";

    /** Colour follows <a href="https://no-color.org">no-color.org</a>. */
    public static Terminal ofThisProcess(Map<String, String> environment) {
        // Without a terminal there is no console in JDK 25, one that is no terminal in JDK 22 to 24.
        boolean interactive = Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent()
                && !"dumb".equals(environment.getOrDefault("TERM", ""));
        boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
        boolean unicode = StandardCharsets.UTF_8.equals(System.out.charset());
        return new Terminal(
                System.out, System.err, interactive, colour, unicode, () -> columnsNow(environment, interactive));
    }

    /** For tests and pipes: no redrawing, no colour. */
    public static Terminal plain(PrintStream out, PrintStream err) {
        return new Terminal(out, err, false, false, true, () -> DEFAULT_COLUMNS);
    }

    /** Writes text of several lines, in ASCII where no more can be shown. */
    public void print(String text) {
        write(Printable.lines(text));
    }

    /** Writes one line, whatever the text holds: much of what is printed stands in files. */
    public void println(String line) {
        write(Printable.line(line) + System.lineSeparator());
    }

    /** Writes one line to standard error. */
    public void error(String line) {
        out.flush();
        err.println(encodable(Printable.line(line)));
        err.flush();
    }

    /** Writes an exception with where it was thrown to standard error. */
    public void stackTrace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        out.flush();
        err.print(encodable(Printable.lines(trace.toString())));
        err.flush();
    }

    /** Replaces the line that the cursor is on. Only on an interactive terminal, and only with text of our own. */
    public void redraw(String line) {
        write("\r" + line + ERASE_REST);
    }

    private void write(String text) {
        out.print(encodable(text));
        out.flush();
    }

    /** For picocli, which writes to writers. */
    public static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
    }

    private String encodable(String text) {
        return unicode ? text : ascii(text);
    }

    /** The same text in ASCII: box-drawing characters become {@code + - |}, what has no likeness becomes {@code ?}. */
    public static String ascii(String text) {
        StringBuilder ascii = new StringBuilder(text.length());
        text.codePoints()
                .forEach(character -> ascii.append(
                        switch (character) {
                            case '─', '━', '–', '—', '╌' -> "-";
                            case '│', '┃' -> "|";
                            case '…' -> "...";
                            case '×' -> "x";
                            case '·', '•' -> "*";
                            case '◀', '←' -> "<";
                            case '→' -> ">";
                            case '≤' -> "<=";
                            case '≥' -> ">=";
                            case '“', '”' -> "\"";
                            case '‘', '’' -> "'";
                            default -> {
                                boolean corner = character >= 0x2500 && character < 0x2580;
                                yield corner ? "+" : character < 128 ? Character.toString(character) : "?";
                            }
                        }));
        return ascii.toString();
    }

    private static int columnsNow(Map<String, String> environment, boolean interactive) {
        String given = environment.getOrDefault("COLUMNS", "");
        if (given.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(given);
        }
        return interactive ? sttyColumns() : DEFAULT_COLUMNS;
    }

    /** The JDK tells no width; stty does on every Unix. */
    private static int sttyColumns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean done = stty.waitFor(1, TimeUnit.SECONDS);
            return done && answer.matches("[0-9]+ [1-9][0-9]{0,3}")
                    ? Integer.parseInt(answer.substring(answer.indexOf(' ') + 1))
                    : DEFAULT_COLUMNS;
        } catch (IOException e) {
            return DEFAULT_COLUMNS; // no stty, as on Windows
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next training step ends the run
            return DEFAULT_COLUMNS;
        }
    }
}
