package dev.hourglass.data.parquet;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file's rows, read batch by batch. Columns of numbers, truth values, texts, dates, times and decimals become fields as
 * in CSV; a null is a gap.
 */
final class ParquetRows implements RowSource {
    private static final int THREADS = 1;
    private static final int MOST_DIGITS = 100;
    private static final int MOST_CAUSES = 10;
    /** Begins Hardwood's messages. */
    private static final Pattern FILE_NAME = Pattern.compile("^\\[[^]]*] ");
    /** pandas calls the index of rows so where it has no name. */
    private static final Pattern UNNAMED_INDEX = Pattern.compile("__index_level_\\d+__");

    /** Of which there is no decoder in plain Java here. */
    private static final Set<CompressionCodec> UNREAD = EnumSet.of(CompressionCodec.BROTLI, CompressionCodec.LZO);

    private final Path file;
    private final HardwoodContext context;
    private final ParquetFileReader reader;
    private final List<Column> columns = new ArrayList<>();
    private @Nullable RowReader rows;
    private long row;

    private enum Kind {
        DOUBLE,
        /** Hardwood gives whole numbers without a sign as if they had one. */
        UNSIGNED_INT,
        UNSIGNED_LONG,
        OTHER;

        static Kind of(SchemaNode.PrimitiveNode column) {
            boolean unsigned = column.logicalType() instanceof LogicalType.IntType whole && !whole.isSigned();
            return switch (column.type()) {
                case DOUBLE -> Kind.DOUBLE;
                case INT32 -> unsigned ? UNSIGNED_INT : OTHER;
                case INT64 -> unsigned ? UNSIGNED_LONG : OTHER;
                case BOOLEAN, INT96, FLOAT, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> OTHER;
            };
        }
    }

    /** @param place among those that are read; -1 if it is left out */
    private record Column(String name, Kind kind, int place) {}

    private ParquetRows(Path file) throws IOException {
        this.file = file;
        context = HardwoodContext.create(THREADS);
        try {
            reader = ParquetFileReader.open(InputFile.of(file), context);
        } catch (IOException | RuntimeException e) {
            context.close();
            throw e;
        }
    }

    /** @throws CorruptFileException if it is no Parquet file or damaged */
    static ParquetRows open(Path file, TableOptions options) throws IOException {
        ParquetCheck.require(file);
        ParquetRows rows;
        try {
            rows = new ParquetRows(file);
        } catch (IOException | RuntimeException e) {
            throw damaged(file, "a footer that can be read", e);
        }
        try {
            rows.choose(options.roles());
            return rows;
        } catch (RuntimeException e) {
            rows.close();
            throw e instanceof CorruptFileException || e instanceof DatasetException
                    ? e
                    : damaged(file, "columns that can be read", e);
        }
    }

    private void choose(TableOptions.Roles roles) {
        List<String> read = new ArrayList<>();
        List<Integer> leaves = new ArrayList<>();
        for (SchemaNode node : reader.getFileSchema().getRootNode().children()) {
            String name = node.name();
            SchemaNode.PrimitiveNode leaf = node instanceof SchemaNode.PrimitiveNode one ? one : null;
            boolean out = roles.exclude().contains(name) || (!roles.columns().isEmpty() && !isNamed(name, roles));
            if (leaf != null
                    && leaf.maxRepetitionLevel() == 0
                    && !roles.exclude().contains(name)) {
                leaves.add(leaf.columnIndex());
                columns.add(new Column(name, Kind.of(leaf), read.size()));
                read.add(name);
            } else if (out) {
                columns.add(new Column(name, Kind.OTHER, -1));
            } else {
                throw new DatasetException("Can't read " + file + ": column '" + Excerpt.of(name)
                        + "' has lists or structures in it, and a table's fields are single numbers, texts and times."
                        + " Leave it out (exclude), or write its parts as columns.");
            }
        }
        if (read.isEmpty()) {
            throw new CorruptFileException(file, "columns", "none", ParquetCheck.WAY_OUT);
        }
        requireReadable(leaves);
        rows = reader.buildRowReader()
                .projection(ColumnProjection.columns(read.toArray(String[]::new)))
                .build();
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < rows.getFieldCount(); i++) {
            places.put(rows.getFieldName(i), i);
        }
        columns.replaceAll(
                column -> new Column(column.name, column.kind, places.getOrDefault(column.name, column.place)));
    }

    private static boolean isNamed(String name, TableOptions.Roles roles) {
        return roles.columns().contains(name)
                || roles.time().contains(name)
                || name.equals(roles.label())
                || name.equals(roles.id());
    }

    private void requireReadable(List<Integer> leaves) {
        for (RowGroup group : reader.getFileMetaData().rowGroups()) {
            for (int leaf : leaves) {
                if (leaf >= group.columns().size()) {
                    throw new CorruptFileException(
                            file, "all columns in each group of rows", "fewer", ParquetCheck.WAY_OUT);
                }
                ColumnChunk chunk = group.columns().get(leaf);
                if (chunk.metaData().numValues() != group.numRows()) {
                    throw new CorruptFileException(
                            file,
                            "a value for each of " + group.numRows() + " rows",
                            chunk.metaData().numValues() + " of them",
                            ParquetCheck.WAY_OUT);
                }
                CompressionCodec codec = chunk.metaData().codec();
                if (UNREAD.contains(codec)) {
                    throw new DatasetException(
                            "Can't read " + file + ": expected columns that are packed with Snappy, Zstandard, LZ4 or"
                                    + " gzip or not at all, found " + codec
                                    + ". Write it again with compression 'snappy', such as pandas'"
                                    + " to_parquet(file, compression='snappy').");
                }
            }
        }
    }

    @Override
    public String format() {
        return "Parquet";
    }

    @Override
    public List<String> columns() {
        return columns.stream()
                .map(column -> UNNAMED_INDEX.matcher(column.name).matches() ? "index" : column.name)
                .toList();
    }

    @Override
    public @Nullable String label() {
        return null;
    }

    @Override
    public @Nullable String id() {
        return null;
    }

    @Override
    public @Nullable List<String> next() {
        RowReader from = rows;
        if (from == null) {
            return null;
        }
        try {
            if (!from.hasNext()) {
                return null;
            }
            from.next();
            row++;
            String[] fields = new String[columns.size()];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = field(from, columns.get(i));
            }
            return Arrays.asList(fields);
        } catch (CorruptFileException e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(file, "a value in each column of row " + (row + 1), e);
        }
    }

    private String field(RowReader from, Column column) {
        int at = column.place;
        if (at < 0 || from.isNull(at)) {
            return "";
        }
        return switch (column.kind) {
            case DOUBLE -> Double.toString(from.getDouble(at));
            case UNSIGNED_INT -> Integer.toUnsignedString(from.getInt(at));
            case UNSIGNED_LONG -> Long.toUnsignedString(from.getLong(at));
            case OTHER -> text(from.getValue(at));
        };
    }

    private String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Boolean is -> is ? "1" : "0";
            case Float number -> Double.toString(number.doubleValue());
            case BigDecimal number -> plain(number);
            case LocalTime time -> DateTimeFormatter.ISO_LOCAL_TIME.format(time);
            case LocalDateTime time -> DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
            case byte[] text -> new String(text, StandardCharsets.UTF_8);
            case Object other -> other.toString();
        };
    }

    private String plain(BigDecimal number) {
        if (Math.abs((long) number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS) {
            throw new CorruptFileException(
                    file, "decimals of at most " + MOST_DIGITS + " digits", "longer ones", ParquetCheck.WAY_OUT);
        }
        return number.toPlainString();
    }

    /** What Hardwood says of a file, or what happened while it decoded it on a thread of its own. */
    private static RuntimeException damaged(Path file, String expected, Exception e) {
        Throwable first = e;
        for (int depth = 0; depth < MOST_CAUSES && first.getCause() != null; depth++) {
            first = first.getCause();
        }
        if (first instanceof OutOfMemoryError) {
            return new DatasetException(
                    "Can't read " + file + ": its columns need more memory at once than Java may take. Leave some"
                            + " out (exclude), or allow more with HOURGLASS_JAVA_OPTS=-Xmx8g.",
                    e);
        }
        String found = FILE_NAME.matcher(Failures.reason(first)).replaceFirst("");
        return new CorruptFileException(file, expected, Excerpt.of(found, 200), ParquetCheck.WAY_OUT);
    }

    @Override
    public void close() {
        try {
            if (rows != null) {
                rows.close();
            }
            reader.close();
        } catch (IOException | RuntimeException e) {
            // What was only read is lost to nobody.
        } finally {
            context.close();
        }
    }
}
