package dev.hourglass.data.parquet;

import dev.hourglass.data.tables.RowFormat;
import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TableOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tables as Apache Parquet. Core finds it by {@code META-INF/services}. */
public final class ParquetFormat implements RowFormat {
    private static final String LIBDEFLATE = "hardwood.uselibdeflate";
    /** Kept, as a logger that nobody holds forgets its level. */
    private static final Logger LOGGER = Logger.getLogger("dev.hardwood");

    static {
        LOGGER.setLevel(Level.WARNING); // It tells how it decodes.
        if (System.getProperty(LIBDEFLATE) == null) {
            System.setProperty(LIBDEFLATE, "false"); // Native code, at which the JVM warns.
        }
    }

    @Override
    public String ending() {
        return ".parquet";
    }

    @Override
    public RowSource open(Path file, TableOptions options) throws IOException {
        return ParquetRows.open(file, options);
    }
}
