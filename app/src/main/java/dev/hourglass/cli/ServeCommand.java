package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.server.WorkbenchServer;
import dev.hourglass.server.http.ServerOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code hourglass serve}: the workbench in a browser. */
@Command(
        name = "serve",
        header = "Open the workbench: pages in a browser and a REST API.",
        description = {
            "",
            "Shows runs live and lets you start runs, inspect models and use them. Runs belong to the server: closing a"
                    + " page loses nothing. Ctrl-C stops it; a run in progress is saved and can be continued later."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass serve                                then open http://127.0.0.1:8501",
            "  hourglass serve --port 9000 --runs my-runs",
            "  hourglass serve --host 0.0.0.0                 for other machines too; prints the token they need"
        })
final class ServeCommand implements Runnable {
    private static final int TOKEN_BYTES = 16;
    /** The libraries tell of every start and stop. Kept here, since a logger that nobody holds forgets its level. */
    private static final List<Logger> CHATTY =
            List.of(Logger.getLogger("io.javalin"), Logger.getLogger("org.eclipse.jetty"));

    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "N",
            converter = Port.class,
            description = "The port to listen on (default: 8501); 0 picks a free one.")
    private int port = ServerOptions.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on (default: 127.0.0.1, reachable from this machine only). Any other"
                    + " needs a token.")
    private String host = ServerOptions.LOCAL_HOST;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "The folder that holds the run folders (default: runs).")
    private Path runs = Path.of("runs");

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "The token that every request must carry, 16 characters or more; with --host, generated if not given.")
    private @Nullable String token;

    @Option(
            names = "--data-quota",
            paramLabel = "GB",
            converter = Gigabytes.class,
            description =
                    "How much room data that are dropped on the page may take, in gigabytes, in the folder of runs"
                            + " (default: 20); 0 takes none.")
    private double dataQuota = 20;

    /** Room on a disk. */
    static final class Gigabytes implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            if (text.matches("[0-9]{1,6}(\\.[0-9]{1,3})?")) {
                return Double.valueOf(text);
            }
            throw new TypeConversionException("expected gigabytes such as 20 or 0.5, found '" + text + "'");
        }
    }

    /** A port. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535) {
                return Integer.valueOf(text);
            }
            throw new TypeConversionException("expected a number from 0 to 65535, found '" + text + "'");
        }
    }

    ServeCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        CHATTY.forEach(logger -> logger.setLevel(Level.WARNING));
        ServerOptions options;
        try {
            options = new ServerOptions(host, port, runs, secret(), catalog, InstantSource.system())
                    .withDataQuotaBytes((long) (dataQuota * (1L << 30)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        try (WorkbenchServer server = WorkbenchServer.start(options)) {
            terminal.println("Hourglass is at " + server.address() + " (Ctrl-C stops it)");
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            terminal.println("Stopped.");
        }
    }

    private @Nullable String secret() {
        if (token != null || ServerOptions.isLocal(host)) {
            return token;
        }
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
