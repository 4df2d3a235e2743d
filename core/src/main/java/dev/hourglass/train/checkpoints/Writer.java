package dev.hourglass.train.checkpoints;

import dev.hourglass.engine.Measured;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.CallbackState;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.EpochPlace;
import dev.hourglass.train.History;
import dev.hourglass.train.ReduceLrOnPlateau;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrimmingState;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what {@link CheckpointFile} describes, up to its digest. */
final class Writer {
    private final DataOutputStream out;

    Writer(DataOutputStream out) {
        this.out = out;
    }

    void write(Checkpoint checkpoint) throws IOException {
        out.write(CheckpointFile.MAGIC);
        out.writeInt(CheckpointFile.VERSION);
        out.writeInt(checkpoint.origin().size());
        for (Map.Entry<String, String> setting : checkpoint.origin().entrySet()) {
            out.writeUTF(setting.getKey());
            out.writeUTF(setting.getValue());
        }
        TrainingState state = checkpoint.state();
        write(state.optimizer());
        write(state.place());
        writeHistory(state);
        write(state.callbacks());
        write(state.trimming());
        write(state.model().parameters());
        out.writeInt(state.optimizer().slots().size());
        for (Map.Entry<String, Parameters> slot : state.optimizer().slots().entrySet()) {
            out.writeUTF(slot.getKey());
            write(slot.getValue());
        }
    }

    /** All but its slots. */
    private void write(OptimizerState state) throws IOException {
        out.writeUTF(state.optimizer().text());
        out.writeInt(state.steps());
        out.writeInt(state.scalars().size());
        for (Map.Entry<String, Float> scalar : state.scalars().entrySet()) {
            out.writeUTF(scalar.getKey());
            out.writeFloat(scalar.getValue());
        }
    }

    private void write(EpochPlace place) throws IOException {
        out.writeInt(place.epoch());
        out.writeInt(place.steps());
        out.writeInt(place.samples());
        out.writeDouble(place.losses());
        out.writeDouble(place.reconstructions());
        out.writeDouble(place.divergences());
        out.writeDouble(place.squaredErrors());
        out.writeDouble(place.absoluteErrors());
        write(place.outputs());
        out.writeLong(place.trainNanos());
    }

    private void writeHistory(TrainingState state) throws IOException {
        out.writeUTF(state.history().loss().text());
        out.writeInt(state.history().epochs().size());
        for (int i = 0; i < state.weightDigests().size(); i++) {
            History.Epoch epoch = state.history().epochs().get(i);
            out.writeInt(epoch.number());
            write(epoch.training());
            write(epoch.validation());
            out.writeDouble(epoch.learningRate());
            out.writeDouble(epoch.trainSeconds());
            out.writeDouble(epoch.seconds());
            out.write(HexFormat.of().parseHex(state.weightDigests().get(i)));
        }
    }

    private void write(Measured measured) throws IOException {
        out.writeDouble(measured.loss());
        out.writeDouble(measured.reconstruction());
        out.writeDouble(measured.divergence());
        out.writeDouble(measured.mse());
        out.writeDouble(measured.mae());
        write(measured.outputs());
    }

    private void write(List<Measured.OfOutput> outputs) throws IOException {
        out.writeInt(outputs.size());
        for (Measured.OfOutput output : outputs) {
            out.writeUTF(output.output());
            out.writeDouble(output.loss());
            out.writeDouble(output.mse());
            out.writeDouble(output.mae());
        }
    }

    private void write(CallbackState callbacks) throws IOException {
        EarlyStopping.State stopping = callbacks.earlyStopping();
        out.writeDouble(stopping.best());
        out.writeInt(stopping.bestEpoch());
        out.writeInt(stopping.waited());
        out.writeInt(stopping.stoppedEpoch());
        ReduceLrOnPlateau.State plateau = callbacks.plateau();
        out.writeDouble(plateau.best());
        out.writeInt(plateau.waited());
        out.writeInt(plateau.cooldown());
        out.writeFloat(plateau.learningRate());
        write(callbacks.toRestore());
        write(callbacks.kept());
    }

    private void write(TrimmingState trimming) throws IOException {
        out.writeInt(trimming.epochs());
        out.writeInt(trimming.size());
        for (int sample = 0; sample < trimming.size(); sample++) {
            out.writeDouble(trimming.sum(sample));
        }
    }

    private void write(@Nullable BestWeights best) throws IOException {
        out.writeByte(best == null ? 0 : 1);
        if (best != null) {
            out.writeInt(best.epoch());
            out.writeDouble(best.value());
            write(best.weights());
        }
    }

    private void write(Parameters parameters) throws IOException {
        out.writeInt(parameters.list().size());
        for (Parameter parameter : parameters.list()) {
            out.writeUTF(parameter.path());
            out.writeInt(parameter.values().length);
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * parameter.values().length);
            bytes.asFloatBuffer().put(parameter.values());
            out.write(bytes.array());
        }
    }
}
