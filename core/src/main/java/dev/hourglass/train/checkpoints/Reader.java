package dev.hourglass.train.checkpoints;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.CallbackState;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.EpochPlace;
import dev.hourglass.train.History;
import dev.hourglass.train.ReduceLrOnPlateau;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrimmingState;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link CheckpointFile} describes, up to its digest. Counts are held against the bytes that are left before
 * anything is allocated, and variables against the model's.
 */
final class Reader {
    /** A variable that the model has. */
    private record Expected(LayerSpec layer, Variable variable) {
        String path() {
            return layer.name() + "/" + variable.name();
        }
    }

    /** What an epoch of the history takes at least, in any version. */
    private static final int EPOCH_BYTES = Integer.BYTES + 7 * Double.BYTES + CheckpointFile.DIGEST_BYTES;

    /** The version that knew mean squared error and Adam alone. */
    private static final int FIRST = 1;

    /** The version that knew no divergences. */
    private static final int SECOND = 2;

    /** The version that knew a single output. */
    private static final int THIRD = 3;

    /** The version that left no samples out. */
    private static final int FOURTH = 4;

    private final Path file;
    private final byte[] bytes;
    private final ByteArrayInputStream left;
    private final DataInputStream in;
    private final List<Expected> variables = new ArrayList<>();
    private int version;

    /** @param end where the digest begins */
    Reader(Path file, byte[] bytes, int end, AutoencoderSpec spec) {
        this.file = file;
        this.bytes = bytes;
        left = new ByteArrayInputStream(bytes, 0, end);
        in = new DataInputStream(left);
        for (LayerFacts facts : spec.facts().distinct()) {
            facts.variables().forEach(variable -> variables.add(new Expected(facts.layer(), variable)));
        }
    }

    /** @throws CorruptFileException if anything is not as it must be */
    Checkpoint read(Function<Parameters, Autoencoder> model) {
        try {
            Checkpoint checkpoint = checkpoint(model);
            require(left.available() == 0, "the digest after the last slot", left.available() + " bytes more");
            return checkpoint;
        } catch (IllegalArgumentException e) {
            // A record that was given what it doesn't take says so.
            throw CheckpointFile.damaged(file, "the state of a training", "an invalid one: " + e.getMessage());
        } catch (IOException e) {
            throw CheckpointFile.damaged(file, "a whole checkpoint", "a file that ends early");
        }
    }

    private Checkpoint checkpoint(Function<Parameters, Autoencoder> model) throws IOException {
        byte[] magic = in.readNBytes(CheckpointFile.MAGIC.length);
        require(Arrays.equals(magic, CheckpointFile.MAGIC), "a checkpoint", "another kind of file");
        version = in.readInt();
        require(
                version >= FIRST && version <= CheckpointFile.VERSION,
                "version " + FIRST + " to " + CheckpointFile.VERSION + " of its layout",
                "version " + version);
        SortedMap<String, String> origin = new TreeMap<>();
        for (int settings = count("settings", 2 * Short.BYTES); settings > 0; settings--) {
            origin.put(in.readUTF(), in.readUTF());
        }
        Optimizer optimizer = version == FIRST ? adam() : Optimizer.parse(in.readUTF());
        int steps = in.readInt();
        Map<String, Float> scalars = version == FIRST ? Map.of() : scalars();
        EpochPlace place = place();
        Loss loss = version == FIRST ? new Loss.MeanSquaredError() : Loss.parse(in.readUTF());
        List<History.Epoch> epochs = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        for (int left = count("epochs", EPOCH_BYTES); left > 0; left--) {
            epochs.add(epoch());
            digests.add(HexFormat.of().formatHex(in.readNBytes(CheckpointFile.DIGEST_BYTES)));
        }
        CallbackState callbacks = callbacks();
        TrimmingState trimming = version <= FOURTH ? TrimmingState.START : trimming();
        Parameters weights = parameters(variables);
        OptimizerState state = new OptimizerState(optimizer, steps, slots(optimizer), scalars);
        return new Checkpoint(
                origin,
                new TrainingState(
                        model.apply(weights), state, place, new History(loss, epochs), digests, callbacks, trimming));
    }

    private Optimizer adam() throws IOException {
        Optimizer.Base base = Optimizer.Base.of(in.readFloat());
        return new Optimizer.Adam(base, in.readFloat(), in.readFloat(), in.readFloat(), false);
    }

    private Map<String, Float> scalars() throws IOException {
        Map<String, Float> scalars = new LinkedHashMap<>();
        for (int count = count("scalars", Short.BYTES + Float.BYTES); count > 0; count--) {
            scalars.put(in.readUTF(), in.readFloat());
        }
        return scalars;
    }

    private Map<String, Parameters> slots(Optimizer optimizer) throws IOException {
        List<Expected> trainable = variables.stream()
                .filter(expected -> expected.variable().trainable())
                .toList();
        List<String> names =
                optimizer.slots().stream().map(Optimizer.Slot::name).toList();
        if (version != FIRST) {
            int count = in.readInt();
            require(count == names.size(), "the slots " + names, count + " slots");
        }
        Map<String, Parameters> slots = new LinkedHashMap<>();
        for (String name : names) {
            if (version != FIRST) {
                String found = in.readUTF();
                require(found.equals(name), "slot " + name, "'" + found + "'");
            }
            slots.put(name, parameters(trainable));
        }
        return slots;
    }

    private EpochPlace place() throws IOException {
        int epoch = in.readInt();
        int steps = in.readInt();
        int samples = in.readInt();
        Measured sums = measured();
        return new EpochPlace(
                epoch,
                steps,
                samples,
                sums.loss(),
                sums.reconstruction(),
                sums.divergence(),
                sums.mse(),
                sums.mae(),
                sums.outputs(),
                in.readLong());
    }

    private History.Epoch epoch() throws IOException {
        return new History.Epoch(
                in.readInt(), measured(), measured(), in.readDouble(), in.readDouble(), in.readDouble());
    }

    /** In version 1 the loss is the mean squared error. */
    private Measured measured() throws IOException {
        double loss = in.readDouble();
        double reconstruction = version <= SECOND ? loss : in.readDouble();
        double divergence = version <= SECOND ? 0 : in.readDouble();
        double mse = version == FIRST ? loss : in.readDouble();
        double mae = in.readDouble();
        return new Measured(loss, reconstruction, divergence, mse, mae, version <= THIRD ? List.of() : ofOutputs());
    }

    private List<Measured.OfOutput> ofOutputs() throws IOException {
        List<Measured.OfOutput> outputs = new ArrayList<>();
        for (int left = count("outputs", Short.BYTES + 3 * Double.BYTES); left > 0; left--) {
            outputs.add(new Measured.OfOutput(in.readUTF(), in.readDouble(), in.readDouble(), in.readDouble()));
        }
        return outputs;
    }

    private CallbackState callbacks() throws IOException {
        return new CallbackState(
                new EarlyStopping.State(in.readDouble(), in.readInt(), in.readInt(), in.readInt()),
                new ReduceLrOnPlateau.State(in.readDouble(), in.readInt(), in.readInt(), in.readFloat()),
                best(),
                best());
    }

    private TrimmingState trimming() throws IOException {
        int epochs = in.readInt();
        double[] sums = new double[count("samples", Double.BYTES)];
        for (int sample = 0; sample < sums.length; sample++) {
            sums[sample] = in.readDouble();
        }
        return TrimmingState.of(epochs, sums);
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
