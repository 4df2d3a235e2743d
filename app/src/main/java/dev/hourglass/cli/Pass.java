package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.data.files.RowSink;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.SavedModel;
import java.io.IOException;
import java.util.Locale;

/**
 * Samples sent through a chain of layers, batch by batch: memory holds one batch, whatever the size of the data.
 *
 * @param doing such as {@code Encoding}, for the progress bar
 */
record Pass(String doing, SavedModel chain, Dataset data, int threads, Terminal terminal) implements RowFile.Rows {
    private static final int BATCH_SIZE = 256;

    @Override
    public void writeTo(RowSink sink) throws IOException {
        int size = data.size();
        float[] rows = new float
                [Math.multiplyExact(Math.min(BATCH_SIZE, size), chain.output().size())];
        try (ChainInference inference = ChainInference.of(chain.graph(), chain.parameters(), threads);
                Progress progress = new Progress(terminal, doing, size, "samples")) {
            for (int from = 0; from < size; from += BATCH_SIZE) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CommandException(
                            String.format(Locale.ROOT, "%s was interrupted after %,d samples", doing, from));
                }
                int count = Math.min(BATCH_SIZE, size - from);
                inference.run(data::copySample, from, count, rows);
                sink.write(rows, 0, count);
                progress.stepTo(from + count);
            }
            data.requireUnchanged();
        }
    }
}
