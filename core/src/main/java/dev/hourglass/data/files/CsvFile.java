package dev.hourglass.data.files;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.StoredFile;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reader of labels as text, one a line. UTF-8, with or without a byte-order mark (UTF-16 with one); may be gzipped. Tables of
 * numbers are {@link dev.hourglass.data.tables.TableReader}'s.
 */
public final class CsvFile {
    private static final int MAX_COLUMNS = 1 << 20;
    private static final int MAX_FIELD_CHARACTERS = 1 << 10;
    private static final int MAX_ROW_CHARACTERS = 1 << 24;
    private static final int MAX_BUFFER_CHARACTERS = 1 << 16;
    private static final int FIRST_LINE_BYTES = 1 << 16;

    /** Takes rows by their lines in the file, from 1. */
    private interface Rows {
        void take(long line, List<String> fields);
    }

    private CsvFile() {}

    /**
     * A column of classes, as whole numbers or as names, with or without a heading.
     *
     * @param samples how many classes are wanted; there may be more or less
     * @throws CorruptFileException if the file is anything else
     * @throws DatasetException if it can't be read
     */
    public static Labels readLabels(Path file, int samples) {
        return FileStamp.whileUnchanged(file, () -> {
            LabelTable table = new LabelTable(file);
            readRows(file, table::add);
            return table.toLabels(samples);
        });
    }

    private static void readRows(Path file, Rows rows) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new DatasetException("Can't read " + file + ": expected a file. Give the path of a CSV file.");
        }
        CsvRecordHandler handler = CsvRecordHandler.of(limits ->
                limits.maxFields(MAX_COLUMNS).maxFieldSize(MAX_FIELD_CHARACTERS).maxRecordSize(MAX_ROW_CHARACTERS));
        try (StoredFile stored = StoredFile.open(file);
                CsvReader<CsvRecord> records = CsvReader.builder()
                        .fieldSeparator(separator(file))
                        .detectBomHeader(true)
                        .skipEmptyLines(false)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .maxBufferSize(MAX_BUFFER_CHARACTERS)
                        .build(handler, stored.content(), StandardCharsets.UTF_8)) {
            for (CsvRecord row : records) {
                rows.take(row.getStartingLineNumber(), row.getFields());
            }
        } catch (CsvParseException e) {
            Throwable reason = Optional.ofNullable(e.getCause()).orElse(e);
            throw new CorruptFileException(
                    file,
                    "a table of numbers",
                    "'" + Excerpt.of(Failures.reason(reason), 160) + "'",
                    "Check its quotes and line ends.");
        } catch (IOException | UncheckedIOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    /** Told by the first line that isn't empty, outside of quotes. */
    private static char separator(Path file) throws IOException {
        byte[] beginning;
        try (StoredFile stored = StoredFile.open(file)) {
            beginning = stored.content().readNBytes(FIRST_LINE_BYTES);
        }
        boolean quoted = false;
        boolean semicolon = false;
        boolean tab = false;
        boolean text = false;
        for (byte character : beginning) {
            quoted ^= character == '"';
            if (!quoted && text && (character == '\n' || character == '\r')) {
                break;
            }
            text |= character > ' ';
            semicolon |= !quoted && character == ';';
            tab |= !quoted && character == '\t';
        }
        return semicolon ? ';' : tab ? '\t' : ',';
    }
}
