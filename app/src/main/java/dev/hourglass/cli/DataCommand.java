package dev.hourglass.cli;

import dev.hourglass.cli.arguments.TableArguments;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.terminal.FetchDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.CachedFile;
import dev.hourglass.data.catalog.DataFile;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.DatasetSource;
import dev.hourglass.data.catalog.DatasetSpec;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hourglass data}: the data sets that have a name. */
@Command(
        name = "data",
        header = "List, fetch and describe the data sets that labs use.",
        description = {
            "",
            "Data sets are fetched when first needed, checked by SHA-256 and kept in a cache folder"
                    + " (HOURGLASS_HOME, else the user's cache)."
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  hourglass data list", "  hourglass data fetch mnist", "  hourglass data info mnist"})
final class DataCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    DataCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: list, fetch or info");
    }

    @Command(name = "list", header = "List the data sets and whether they are in the cache.")
    void list() {
        for (String name : catalog.names()) {
            DatasetSpec data = catalog.spec(name);
            terminal.println(String.format(
                    Locale.ROOT,
                    "%-16s %-40s %,d + %,d samples of %s, %s",
                    name,
                    data.title(),
                    data.trainingSamples(),
                    data.testSamples(),
                    data.sampleShape(),
                    state(data)));
        }
    }

    private String state(DatasetSpec data) {
        if (data.generated()) {
            return "generated";
        }
        boolean cached = catalog.cached(data.name()).stream().allMatch(CachedFile::isVerified);
        return cached ? "in the cache" : "not fetched yet";
    }

    @Command(name = "fetch", header = "Fetch a data set into the cache.")
    void fetch(@Parameters(paramLabel = "NAME", description = "Such as mnist.") String name) {
        requireKnown(name);
        if (catalog.spec(name).generated()) {
            terminal.println(name + " is generated when it is needed; there is nothing to fetch");
            return;
        }
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            catalog.fetch(name, display);
        }
        terminal.println(name + " is in " + catalog.folder(name));
    }

    @Command(
            name = "info",
            header = "Show what is in a data set, or in a file of your own.",
            description = {
                "",
                "Of a table (CSV and its kin): columns, times, gaps, ranges, constant and correlated channels,"
                        + " classes, how many samples windows make, and what training would take. Reads it once, in little"
                        + " memory.",
                "",
                "Of a folder of tables the same, over all of them. Of arrays (NPY, NPZ, MAT, HDF5, WAV, IDX): what"
                        + " they are taken for, their range and classes.",
                "",
                "Of a folder of pictures: sizes, kinds, colours, classes, and what can't be read and why, all by the"
                        + " headers; --plot draws some of them.",
                "",
                "Of a folder of sounds (WAV): how long they are, rates, channels, classes, and how many samples windows of"
                        + " their spectra make; --plot draws the spectra of some."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  hourglass data info mnist",
                "  hourglass data info pump.csv",
                "  hourglass data info photos --plot photos.png",
                "  hourglass data info pump.csv --window 50 --stride 5 --plot pump.png"
            })
    void info(
            @Parameters(paramLabel = "NAME|FILE", description = "Such as mnist, or the path of a file.") String name,
            @Option(names = "--json", description = "Print JSON.") boolean json,
            @Option(
                            names = "--plot",
                            paramLabel = "FILE.png",
                            description = "Also draw the channels, some pictures, or the spectra of some sounds.")
                    @Nullable
                    Path plot,
            @Option(
                            names = "--window",
                            paramLabel = "N",
                            converter = WholeNumber.Count.class,
                            description = "Steps of a window (default: as 'lab --from' would choose them).")
                    @Nullable
                    Integer window,
            @Option(
                            names = "--stride",
                            paramLabel = "N",
                            converter = WholeNumber.Count.class,
                            description = "Steps from one window to the next.")
                    @Nullable
                    Integer stride,
            @Mixin TableArguments table) {
        Path path = Path.of(name);
        boolean own = !catalog.names().contains(name);
        if (own && Files.exists(path)) {
            DraftChoices choices = DraftChoices.windows(window, stride);
            told(OwnData.preview(path, table.read().table(), choices, terminal), json, plot);
            return;
        }
        requireKnown(name);
        if (json || plot != null || window != null || stride != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--json, --plot, --window and --stride are for files and folders of your own, found '" + name
                            + "'.");
        }
        DatasetSpec data = catalog.spec(name);
        terminal.println(data.title());
        line(
                "Samples",
                String.format(Locale.ROOT, "%,d training, %,d test", data.trainingSamples(), data.testSamples()));
        line("Sample", data.sampleShape().toString());
        line("Licence", data.licence());
        line("Citation", data.citation());
        for (DatasetSource source : data.sources()) {
            line("Source", source.description());
        }
        line("Classes", String.join(", ", data.classNames()));
        if (!data.generated()) {
            line("Cache", catalog.folder(name).toString());
        }
        for (CachedFile file : catalog.cached(name)) {
            line("File", describe(file));
        }
    }

    private void told(DataPreview preview, boolean json, @Nullable Path plot) {
        if (plot != null) {
            try {
                preview.figure().writePng(plot);
            } catch (IOException e) {
                throw CommandException.unwritable(plot, e);
            }
        }
        if (json) {
            terminal.print(preview.json() + System.lineSeparator());
        } else {
            preview.lines().forEach(terminal::println);
        }
    }

    private void requireKnown(String name) {
        if (!catalog.names().contains(name)) {
            throw new ParameterException(
                    spec.commandLine(), "Unknown data set '" + name + "'." + Spelling.hint(name, catalog.names()));
        }
    }

    private static String describe(CachedFile cached) {
        DataFile file = cached.file();
        return String.format(
                Locale.ROOT,
                "%s, %,d bytes, SHA-256 %s, %s",
                file.name(),
                file.bytes(),
                file.sha256(),
                cached.state().name().toLowerCase(Locale.ROOT));
    }

    private void line(String label, String value) {
        terminal.println(String.format(Locale.ROOT, "  %-9s %s", label, value));
    }
}
