package dev.hourglass.cli.arguments;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.PatchReconstruction;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.formats.SavedModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether pictures larger than a model's input are cut into patches. */
public final class PatchOption {
    @Option(
            names = "--patches",
            paramLabel = "OVERLAP",
            description = "Cut pictures larger than the model's input into patches that overlap by so many pixels, and"
                    + " stitch what the model makes of them; 16 leaves no seams of most models. 'evaluate' takes pictures of"
                    + " all sizes, of which 'denoise' writes what the model makes.")
    private @Nullable Integer overlap;

    /** Samples as the model reads them, or whole pictures where it reads patches of them. */
    public Dataset open(DataArguments data, SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        return overlap == null ? data.open(model, catalog, terminal) : data.openWhole(model, catalog, terminal);
    }

    /** What rebuilds these samples. */
    public Reconstruction reconstruction(ChainInference inference, SavedModel model, Dataset samples) {
        return overlap == null
                ? (from, count, into) -> inference.run(samples::copySample, from, count, into)
                : PatchReconstruction.of(inference::run, samples, model.input(), overlap);
    }

    /** How many samples are rebuilt at a time; whole pictures may be large. */
    public int batchSize(int otherwise) {
        return overlap == null ? otherwise : 1;
    }

    /**
     * By how many pixels patches overlap.
     *
     * @throws IllegalStateException if pictures are not cut
     */
    public int overlap() {
        if (overlap == null) {
            throw new IllegalStateException("no overlap was given");
        }
        return overlap;
    }

    /** Whether pictures are cut. */
    public boolean isGiven() {
        return overlap != null;
    }
}
