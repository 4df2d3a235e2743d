package dev.hourglass.cli;

import dev.hourglass.cli.arguments.PatchOption;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.data.files.RowSink;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.formats.SavedModel;
import java.io.IOException;
import java.util.Locale;

/**
 * Samples sent through a chain of layers, batch by batch: memory holds one batch, whatever the size of the data.
 *
 * @param doing such as {@code Encoding}, for the progress bar
 * @param patches whether samples are pictures that are cut into them
 */
record Pass(String doing, SavedModel chain, Dataset data, PatchOption patches, int threads, Terminal terminal)
        implements RowFile.Rows {
    private static final int BATCH_SIZE = 256;

    @Override
    public void writeTo(RowSink sink) throws IOException {
        int size = data.size();
        int batch = patches.batchSize(BATCH_SIZE);
        int each =
                patches.isGiven() ? data.sampleShape().size() : chain.output().size();
        float[] rows = new float[Math.multiplyExact(Math.min(batch, size), each)];
        try (ChainInference inference = ChainInference.of(chain.graph(), chain.parameters(), threads);
                Progress progress = new Progress(terminal, doing, size, "samples")) {
            Reconstruction passed = patches.reconstruction(inference, chain, data);
            for (int from = 0; from < size; from += batch) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CommandException(
                            String.format(Locale.ROOT, "%s was interrupted after %,d samples", doing, from));
                }
                int count = Math.min(batch, size - from);
                passed.rebuild(from, count, rows);
                sink.write(rows, 0, count);
                progress.stepTo(from + count);
            }
            data.requireUnchanged();
        }
    }
}
