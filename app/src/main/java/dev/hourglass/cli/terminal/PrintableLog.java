package dev.hourglass.cli.terminal;

import dev.hourglass.files.Printable;
import java.util.Arrays;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Logs as another formatter does, but for what a terminal would act upon: warnings name what stands in files. */
public final class PrintableLog extends Formatter {
    private final Formatter formatter;

    public PrintableLog(Formatter formatter) {
        this.formatter = formatter;
    }

    /** Lets all that goes to the console be printable. */
    public static void install() {
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setFormatter(new PrintableLog(handler.getFormatter()));
        }
    }

    @Override
    public String format(LogRecord logged) {
        Object @Nullable [] parameters = logged.getParameters();
        if (parameters != null) {
            logged.setParameters(Arrays.stream(parameters)
                    .map(parameter ->
                            parameter instanceof Number ? parameter : Printable.line(String.valueOf(parameter)))
                    .toArray());
        }
        return Printable.lines(formatter.format(logged));
    }
}
