package dev.hourglass.train;

import dev.hourglass.engine.Adam;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what {@link CheckpointFile} describes, up to its digest. */
final class CheckpointWriter {
    private final DataOutputStream out;

    CheckpointWriter(DataOutputStream out) {
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
        write(state.optimizer().adam());
        out.writeInt(state.optimizer().steps());
        write(state.place());
        writeHistory(state);
        write(state.callbacks());
        write(state.model().parameters());
        write(state.optimizer().firstMoments());
        write(state.optimizer().secondMoments());
    }

    private void write(Adam adam) throws IOException {
        out.writeFloat(adam.learningRate());
        out.writeFloat(adam.beta1());
        out.writeFloat(adam.beta2());
        out.writeFloat(adam.epsilon());
    }

    private void write(EpochPlace place) throws IOException {
        out.writeInt(place.epoch());
        out.writeInt(place.steps());
        out.writeInt(place.samples());
        out.writeDouble(place.squaredErrors());
        out.writeDouble(place.absoluteErrors());
        out.writeLong(place.trainNanos());
    }

    private void writeHistory(TrainingState state) throws IOException {
        out.writeInt(state.history().epochs().size());
        for (int i = 0; i < state.weightDigests().size(); i++) {
            History.Epoch epoch = state.history().epochs().get(i);
            out.writeInt(epoch.number());
            out.writeDouble(epoch.loss());
            out.writeDouble(epoch.mae());
            out.writeDouble(epoch.validationLoss());
            out.writeDouble(epoch.validationMae());
            out.writeDouble(epoch.learningRate());
            out.writeDouble(epoch.trainSeconds());
            out.writeDouble(epoch.seconds());
            out.write(HexFormat.of().parseHex(state.weightDigests().get(i)));
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
