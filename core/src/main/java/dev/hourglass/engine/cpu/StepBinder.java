package dev.hourglass.engine.cpu;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.ops.CombineOperations;
import dev.hourglass.engine.cpu.ops.CopyOperations;
import dev.hourglass.engine.cpu.ops.ElementwiseOperations;
import dev.hourglass.engine.cpu.ops.FunctionOperations;
import dev.hourglass.engine.cpu.ops.MergeOperations;
import dev.hourglass.engine.cpu.ops.NoiseOperations;
import dev.hourglass.engine.cpu.ops.NormOperations;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.ops.losses.LossOperations;
import dev.hourglass.engine.cpu.ops.recurrent.LstmOperations;
import dev.hourglass.engine.cpu.ops.recurrent.RecurrentOperations;
import dev.hourglass.engine.cpu.ops.recurrent.SequenceOperations;
import dev.hourglass.engine.cpu.ops.windows.ConvolutionOperations;
import dev.hourglass.engine.cpu.ops.windows.TileOperations;
import dev.hourglass.engine.cpu.ops.windows.VolumeOperations;
import dev.hourglass.engine.cpu.ops.windows.WindowOperations;
import dev.hourglass.engine.cpu.step.Step;

/** Binds steps to memory and kernels: each kind of step becomes an operation that the processor runs. */
public final class StepBinder {
    private final CopyOperations copies;
    private final ConvolutionOperations convolutions;
    private final TileOperations tiles;
    private final SequenceOperations sequences;
    private final LstmOperations lstms;
    private final RecurrentOperations recurrences;
    private final CombineOperations combinations;
    private final NormOperations norms;
    private final WindowOperations windows;
    private final ElementwiseOperations elementwise;
    private final FunctionOperations functions;
    private final VolumeOperations volumes;
    private final MergeOperations merges;
    private final NoiseOperations noise;
    private final LossOperations losses;

    public StepBinder(Resources resources) {
        copies = new CopyOperations(resources);
        convolutions = new ConvolutionOperations(resources);
        tiles = new TileOperations(resources);
        sequences = new SequenceOperations(resources);
        lstms = new LstmOperations(resources);
        recurrences = new RecurrentOperations(resources);
        combinations = new CombineOperations(resources);
        norms = new NormOperations(resources);
        windows = new WindowOperations(resources);
        elementwise = new ElementwiseOperations(resources);
        functions = new FunctionOperations(resources);
        volumes = new VolumeOperations(resources);
        merges = new MergeOperations(resources);
        noise = new NoiseOperations(resources);
        losses = new LossOperations(resources);
    }

    public Operation bind(Step step) {
        return switch (step) {
            case Step.Load s -> s.to().layout() instanceof Layout.Steps ? sequences.load(s) : copies.load(s);
            case Step.Copy s -> copies.copy(s);
            case Step.Transpose s -> sequences.transpose(s);
            case Step.Convolve s -> convolutions.convolve(s);
            case Step.ToTiles s -> tiles.toTiles(s);
            case Step.TileProduct s -> tiles.product(s);
            case Step.FromTiles s -> tiles.fromTiles(s);
            case Step.ToTilesGradient s -> tiles.toTilesGradient(s);
            case Step.TileProductGradient s -> tiles.productGradient(s);
            case Step.ConvolveGradient s -> convolutions.gradient(s);
            case Step.ProjectAndGather s -> convolutions.projectAndGather(s);
            case Step.SpreadToTaps s -> convolutions.spreadToTaps(s);
            case Step.BiasGradient s -> elementwise.biasGradient(s);
            case Step.Activate s -> elementwise.activate(s);
            case Step.ActivateGradient s -> elementwise.activateGradient(s);
            case Step.Apply s -> functions.apply(s);
            case Step.ApplyGradient s -> functions.gradient(s);
            case Step.Softmax s -> functions.softmax(s);
            case Step.SoftmaxGradient s -> functions.softmaxGradient(s);
            case Step.PRelu s -> functions.prelu(s);
            case Step.PReluGradient s -> functions.preluGradient(s);
            case Step.Moments s -> norms.moments(s);
            case Step.Normalize s -> norms.normalize(s);
            case Step.MomentsGradient s -> norms.momentsGradient(s);
            case Step.NormalizeGradient s -> norms.normalizeGradient(s);
            case Step.DirectConvolve s -> volumes.convolve(s);
            case Step.DirectConvolveGradient s -> volumes.gradient(s);
            case Step.Pool s -> volumes.pool(s);
            case Step.PoolGradient s -> volumes.poolGradient(s);
            case Step.RepeatAxes s -> volumes.repeat(s);
            case Step.RepeatAxesGradient s -> volumes.repeatGradient(s);
            case Step.Shift s -> copies.shift(s);
            case Step.Permute s -> copies.permute(s);
            case Step.MaxPool s -> windows.maxPool(s);
            case Step.MaxPoolGradient s -> windows.maxPoolGradient(s);
            case Step.MaxOfFour s -> windows.maxOfFour(s);
            case Step.MaxOfFourGradient s -> windows.maxOfFourGradient(s);
            case Step.UpSample s -> windows.upSample(s);
            case Step.UpSampleGradient s -> windows.upSampleGradient(s);
            case Step.Average s -> windows.average(s);
            case Step.AverageGradient s -> windows.averageGradient(s);
            case Step.Repeat s -> windows.repeat(s);
            case Step.RepeatGradient s -> windows.repeatGradient(s);
            case Step.Noise s -> noise.noise(s);
            case Step.StepsProduct s -> sequences.product(s);
            case Step.StepsProductGradient s -> sequences.productGradient(s);
            case Step.StepsBiasGradient s -> sequences.biasGradient(s);
            case Step.Lstm s -> lstms.forward(s);
            case Step.LstmGradient s -> lstms.gradient(s);
            case Step.Recurrence s -> recurrences.forward(s);
            case Step.RecurrenceGradient s -> recurrences.gradient(s);
            case Step.Merge s -> merges.merge(s);
            case Step.MergeGradient s -> merges.gradient(s);
            case Step.ReverseSteps s -> sequences.reverse(s);
            case Step.Add s -> combinations.add(s);
            case Step.Combine s -> combinations.combine(s);
            case Step.Scale s -> combinations.scale(s);
            case Step.TakeWhereEqual s -> combinations.takeWhereEqual(s);
            case Step.Place s -> copies.place(s);
            case Step.Cut s -> copies.cut(s);
            case Step.Barrier s -> throw new IllegalArgumentException("A barrier is no work for a thread: " + s);
            case Step.Store s -> s.from().layout() instanceof Layout.Steps ? sequences.store(s) : copies.store(s);
            case Step.ActivityPenalty s -> losses.penalty(s);
            case Step.LossGradient s -> losses.gradient(s);
        };
    }
}
