package dev.hourglass.train;

import dev.hourglass.engine.Adam;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Variable;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link CheckpointFile} describes, up to its digest. Counts are held against the bytes that are left before
 * anything is allocated, and variables against the model's.
 */
final class CheckpointReader {
    /** A variable that the model has. */
    private record Expected(LayerSpec layer, Variable variable) {
        String path() {
            return layer.name() + "/" + variable.name();
        }
    }

    private static final int EPOCH_BYTES = Integer.BYTES + 7 * Double.BYTES + CheckpointFile.DIGEST_BYTES;

    private final Path file;
    private final byte[] bytes;
    private final ByteArrayInputStream left;
    private final DataInputStream in;
    private final List<Expected> variables = new ArrayList<>();

    /** @param end where the digest begins */
    CheckpointReader(Path file, byte[] bytes, int end, AutoencoderSpec spec) {
        this.file = file;
        this.bytes = bytes;
        left = new ByteArrayInputStream(bytes, 0, end);
        in = new DataInputStream(left);
        for (LayerFacts facts : spec.facts().layers()) {
            facts.variables().forEach(variable -> variables.add(new Expected(facts.layer(), variable)));
        }
    }

    /** @throws CorruptFileException if anything is not as it must be */
    Checkpoint read(Function<Parameters, Autoencoder> model) {
        try {
            Checkpoint checkpoint = checkpoint(model);
            require(left.available() == 0, "the digest after the last moment", left.available() + " bytes more");
            return checkpoint;
        } catch (IllegalArgumentException e) {
            // A record that was given what it doesn't take says so.
            throw CheckpointFile.damaged(file, "the state of a training", "one that can't be: " + e.getMessage());
        } catch (IOException e) {
            throw CheckpointFile.damaged(file, "a whole checkpoint", "an end in the midst of it");
        }
    }

    private Checkpoint checkpoint(Function<Parameters, Autoencoder> model) throws IOException {
        byte[] magic = in.readNBytes(CheckpointFile.MAGIC.length);
        require(Arrays.equals(magic, CheckpointFile.MAGIC), "a checkpoint", "another kind of file");
        int version = in.readInt();
        require(
                version == CheckpointFile.VERSION,
                "version " + CheckpointFile.VERSION + " of its layout",
                "version " + version);
        SortedMap<String, String> origin = new TreeMap<>();
        for (int settings = count("settings", 2 * Short.BYTES); settings > 0; settings--) {
            origin.put(in.readUTF(), in.readUTF());
        }
        Adam adam = new Adam(in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat());
        int steps = in.readInt();
        EpochPlace place = new EpochPlace(
                in.readInt(), in.readInt(), in.readInt(), in.readDouble(), in.readDouble(), in.readLong());
        List<History.Epoch> epochs = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        for (int left = count("epochs", EPOCH_BYTES); left > 0; left--) {
            epochs.add(epoch());
            digests.add(HexFormat.of().formatHex(in.readNBytes(CheckpointFile.DIGEST_BYTES)));
        }
        CallbackState callbacks = callbacks();
        Parameters weights = parameters(variables);
        List<Expected> trainable = variables.stream()
                .filter(expected -> expected.variable().trainable())
                .toList();
        OptimizerState optimizer = new OptimizerState(adam, steps, parameters(trainable), parameters(trainable));
        return new Checkpoint(
                origin,
                new TrainingState(model.apply(weights), optimizer, place, new History(epochs), digests, callbacks));
    }

    private History.Epoch epoch() throws IOException {
        return new History.Epoch(
                in.readInt(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble());
    }

    private CallbackState callbacks() throws IOException {
        return new CallbackState(
                new EarlyStopping.State(in.readDouble(), in.readInt(), in.readInt(), in.readInt()),
                new ReduceLrOnPlateau.State(in.readDouble(), in.readInt(), in.readInt(), in.readFloat()),
                best(),
                best());
    }

    private @Nullable BestWeights best() throws IOException {
        byte present = in.readByte();
        require(present == 0 || present == 1, "0 or 1 before the best weights", Byte.toString(present));
        return present == 0 ? null : new BestWeights(in.readInt(), in.readDouble(), parameters(variables));
    }

    private Parameters parameters(List<Expected> all) throws IOException {
        int count = in.readInt();
        require(count == all.size(), "a model of " + all.size() + " variables", count + " variables");
        List<Parameter> list = new ArrayList<>();
        for (Expected expected : all) {
            String path = in.readUTF();
            require(path.equals(expected.path()), "variable " + expected.path(), "'" + path + "'");
            Shape shape = expected.variable().shape();
            int size = in.readInt();
            require(
                    size == shape.size() && size <= left.available() / Float.BYTES,
                    shape.size() + " values of " + path,
                    size + " in " + left.available() + " bytes");
            float[] values = new float[size];
            int position = bytes.length - CheckpointFile.DIGEST_BYTES - left.available();
            ByteBuffer.wrap(bytes, position, Float.BYTES * size).asFloatBuffer().get(values);
            in.skipNBytes((long) Float.BYTES * size);
            list.add(new Parameter(
                    expected.layer().name(),
                    expected.variable().name(),
                    shape,
                    expected.variable().trainable(),
                    values));
        }
        return Parameters.of(list);
    }

    private int count(String what, int leastBytesEach) throws IOException {
        int count = in.readInt();
        require(
                count >= 0 && count <= left.available() / leastBytesEach,
                "as many " + what + " as fit",
                count + " in " + left.available() + " bytes");
        return count;
    }

    private void require(boolean condition, String expected, String found) {
        if (!condition) {
            throw CheckpointFile.damaged(file, expected, found);
        }
    }
}
