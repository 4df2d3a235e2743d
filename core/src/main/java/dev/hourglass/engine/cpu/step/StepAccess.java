package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a step reads and writes; a value that is changed in place is in both.
 *
 * @param weights packed weights that are read
 * @param gradients of weights that are added to, in the form in which they are summed
 */
public record StepAccess(
        List<Value> reads, List<Value> writes, List<PackedMatrix> weights, List<PackedMatrix> gradients) {
    private static final StepAccess NOTHING = new StepAccess(List.of(), List.of(), List.of(), List.of());

    public static StepAccess of(Step step) {
        return switch (step) {
            case Step.Load s -> NOTHING.writing(s.to());
            case Step.Copy s -> reading(s.from()).writing(s.to());
            case Step.Transpose s -> reading(s.from()).writing(s.to());
            case Step.Convolve s -> reading(s.from()).writing(s.to()).with(s.weights(), s.bias());
            case Step.ToTiles s -> reading(s.from()).writing(s.tiles());
            case Step.TileProduct s -> reading(s.tiles()).writing(s.products()).with(s.weights(), s.bias());
            case Step.FromTiles s -> reading(s.products()).writing(s.to());
            case Step.ToTilesGradient s -> reading(s.tiles()).writing(s.to());
            case Step.TileProductGradient s -> reading(s.from(), s.gradient()).adding(s.sum());
            case Step.ConvolveGradient s -> reading(s.from(), s.gradient()).adding(s.sum());
            case Step.ProjectAndGather s ->
                reading(s.from()).writing(s.taps(), s.to()).with(s.weights(), s.bias());
            case Step.SpreadToTaps s -> reading(s.gradient()).writing(s.taps());
            case Step.BiasGradient s -> reading(s.gradient()).adding(s.bias());
            case Step.Activate s -> reading(s.value()).writing(s.value());
            case Step.ActivateGradient s -> reading(s.output(), s.gradient()).writing(s.gradient());
            case Step.Apply s -> reading(s.from()).writing(s.to());
            case Step.ApplyGradient s -> reading(s.from(), s.gradient()).writing(s.gradient());
            case Step.MatrixProduct s -> reading(s.left(), s.right()).writing(s.to());
            case Step.TurnedProduct s -> reading(s.left(), s.right()).writing(s.to());
            case Step.Softmax s -> reading(s.from()).and(s.hidden()).writing(s.to());
            case Step.SoftmaxGradient s ->
                reading(s.output(), s.gradient()).and(s.hidden()).writing(s.gradient());
            case Step.LogSoftmax s -> reading(s.from()).writing(s.to());
            case Step.LogSoftmaxGradient s -> reading(s.output(), s.gradient()).writing(s.gradient());
            case Step.Embed s -> reading(s.from()).writing(s.to()).with(s.table());
            case Step.Nearest s -> reading(s.from()).writing(s.to()).with(s.table());
            case Step.EmbedGradient s -> reading(s.from(), s.gradient()).adding(s.table());
            case Step.PRelu s ->
                reading(s.from()).writing(s.to()).with(s.slopes().packed());
            case Step.PReluGradient s ->
                reading(s.from(), s.gradient())
                        .writing(s.gradient())
                        .with(s.slopes().packed())
                        .adding(s.slopes().packed());
            case Step.NormalizeSample s ->
                reading(s.from())
                        .writing(s.to())
                        .with(s.blocks().gamma(), s.blocks().beta());
            case Step.NormalizeSampleGradient s ->
                reading(s.from(), s.gradient())
                        .writing(s.gradient())
                        .with(s.blocks().gamma())
                        .adding(s.blocks().gamma(), s.blocks().beta());
            case Step.Moments s -> reading(s.value());
            case Step.Normalize s -> reading(s.from()).writing(s.to());
            case Step.MomentsGradient s -> reading(s.value(), s.gradient());
            case Step.NormalizeGradient s ->
                reading(s.value(), s.gradient()).writing(s.gradient()).adding(s.bias());
            case Step.DirectConvolve s ->
                reading(s.from())
                        .writing(s.to())
                        .with(s.weights().kernel(), s.weights().bias());
            case Step.DirectConvolveGradient s ->
                reading(s.large(), s.small()).adding(s.weights().kernel());
            case Step.Pool s -> reading(s.from()).writing(s.to());
            case Step.PoolGradient s -> reading(s.from(), s.pooledGradient()).writing(s.gradient());
            case Step.RepeatAxes s -> reading(s.from()).writing(s.to());
            case Step.RepeatAxesGradient s -> reading(s.gradient()).writing(s.to());
            case Step.Shift s -> reading(s.from()).writing(s.to());
            case Step.Permute s -> reading(s.from()).writing(s.to());
            case Step.MaxPool s -> reading(s.from()).writing(s.to());
            case Step.MaxOfFour s -> reading(s.from()).writing(s.to());
            case Step.MaxOfFourGradient s ->
                reading(s.from(), s.pooledGradient())
                        .writing(s.gradient())
                        .adding(s.then() == null ? null : s.then().bias());
            case Step.MaxPoolGradient s ->
                reading(s.from(), s.pooled(), s.pooledGradient()).writing(s.gradient());
            case Step.UpSample s -> reading(s.from()).writing(s.to());
            case Step.UpSampleGradient s -> reading(s.gradient()).writing(s.to());
            case Step.Interpolate s -> reading(s.from()).writing(s.to());
            case Step.InterpolateGradient s -> reading(s.gradient()).writing(s.to());
            case Step.Average s -> reading(s.from()).writing(s.to());
            case Step.AverageGradient s -> reading(s.gradient()).writing(s.to());
            case Step.Repeat s -> reading(s.from()).writing(s.to());
            case Step.RepeatGradient s -> reading(s.gradient()).writing(s.to());
            case Step.Noise s -> reading(s.from()).writing(s.to());
            case Step.StepsProduct s -> reading(s.from()).writing(s.to()).with(s.weights(), s.bias());
            case Step.StepsProductGradient s -> reading(s.from(), s.gradient()).adding(s.weights());
            case Step.StepsBiasGradient s -> reading(s.gradient()).adding(s.bias());
            case Step.Lstm s ->
                reading(s.from(), s.begun() ? s.hidden() : null, s.begun() ? s.cell() : null)
                        .writing(s.gates(), s.projected(), s.cell(), s.tanhCell(), s.hidden(), s.last())
                        .with(
                                s.weights().kernel(),
                                s.weights().recurrent(),
                                s.weights().bias());
            case Step.LstmGradient s -> of(s, s.forward(), s.forward().weights());
            case Step.Recurrence s -> recurrence(s, s.weights(), s.states());
            case Step.RecurrenceGradient s ->
                gradient(s, s.forward(), s.forward().states());
            case Step.ConvolutionalStates s ->
                reading(Stream.concat(Stream.of(s.from()), s.first().stream()).toArray(Value[]::new))
                        .writing(
                                s.kept().gates(),
                                s.kept().inputs(),
                                s.kept().cell(),
                                s.kept().activated(),
                                s.kept().hidden(),
                                s.ofState() == null ? null : s.ofState().factors(),
                                s.ofState() == null ? null : s.ofState().product(),
                                s.to(),
                                s.lastCell())
                        .with(s.weights().recurrent(), s.weights().bias());
            case Step.ConvolutionalStatesGradient s ->
                gradient(s, s.forward().kept(), s.forward().weights());
            case Step.Merge s -> reading(s.one(), s.other()).writing(s.to());
            case Step.MergeGradient s ->
                reading(s.gradient(), s.forward().one(), s.forward().other()).writing(s.ofOne(), s.ofOther());
            case Step.Masking s -> reading(s.from()).writing(s.to(), s.mask());
            case Step.ZeroSkipped s -> reading(s.mask(), s.value()).writing(s.value());
            case Step.ReverseSteps s -> reading(s.from()).writing(s.to());
            case Step.MoveSteps s -> reading(s.from()).writing(s.to());
            case Step.Zeros s -> NOTHING.writing(s.to());
            case Step.Add s -> reading(s.from(), s.to()).writing(s.to());
            case Step.Combine s -> reading(s.from(), s.to()).writing(s.to());
            case Step.Scale s -> reading(s.value()).writing(s.value());
            case Step.TakeWhereEqual s ->
                reading(s.term(), s.chosen(), s.remaining()).writing(s.remaining(), s.taken());
            case Step.Place s -> reading(s.part()).writing(s.whole());
            case Step.Cut s -> reading(s.whole()).writing(s.part());
            case Step.Barrier ignored -> NOTHING;
            case Step.ActivityBarrier ignored -> NOTHING;
            case Step.Store s -> reading(s.from());
            case Step.ActivityPenalty s -> reading(s.activity()).writing(s.gradient());
            case Step.AddActivities s -> reading(s.activity());
            case Step.SparsitySlopes s -> NOTHING.writing(s.gradient());
            case Step.Contraction s -> reading(s.activity()).writing(s.gradient());
            case Step.Sample s -> reading(s.mean(), s.logVariance()).writing(s.deviation(), s.to());
            case Step.SampleGradient s -> reading(s.deviation(), s.gradient()).writing(s.ofLogVariance());
            case Step.Divergence s -> reading(s.mean(), s.logVariance()).writing(s.ofMean(), s.ofLogVariance());
            case Step.Quantization s -> reading(s.from(), s.nearest()).writing(s.ofFrom(), s.ofNearest());
            case Step.LossGradient s ->
                reading(s.prediction(), s.target(), s.mask()).writing(s.gradient());
        };
    }

    private static StepAccess of(Step.LstmGradient step, Step.Lstm forward, Step.RecurrentWeights weights) {
        @Nullable Value ofLast = step.lastGradient();
        return reading(
                        forward.from(),
                        forward.gates(),
                        forward.cell(),
                        forward.tanhCell(),
                        forward.hidden(),
                        ofLast == null ? step.hiddenGradient() : ofLast,
                        step.readsCell() ? step.cellGradient() : null)
                .writing(
                        forward.gates(),
                        forward.projected(),
                        step.hiddenGradient(),
                        step.cellGradient(),
                        step.fromGradient())
                .with(weights.recurrentTransposed(), step.fromGradient() == null ? null : weights.kernelTransposed())
                .adding(weights.kernel(), weights.recurrent(), weights.bias());
    }

    private static StepAccess recurrence(
            Step.Recurrence step, Step.RecurrentWeights weights, Step.RecurrentStates states) {
        Step.CandidateWeights candidate = step.candidate();
        return reading(
                        step.from(),
                        step.mask(),
                        states.begun() ? states.hidden() : null,
                        states.begun() ? states.inner() : null)
                .writing(
                        states.gates(),
                        states.inputs(),
                        states.projected(),
                        states.inner(),
                        states.activated(),
                        states.hidden(),
                        states.last(),
                        factors(step.ofInput()),
                        factors(step.ofState()),
                        product(step.ofInput()),
                        product(step.ofState()))
                .with(
                        weights.kernel(),
                        weights.recurrent(),
                        weights.bias(),
                        candidate == null ? null : candidate.recurrent(),
                        step.stateBias());
    }

    private static @Nullable Value factors(Step.@Nullable DropoutFactors dropout) {
        return dropout == null ? null : dropout.factors();
    }

    private static @Nullable Value product(Step.@Nullable DropoutFactors dropout) {
        return dropout == null ? null : dropout.product();
    }

    private static StepAccess gradient(
            Step.RecurrenceGradient step, Step.Recurrence forward, Step.RecurrentStates states) {
        Step.RecurrentWeights weights = forward.weights();
        Step.CandidateWeights candidate = forward.candidate();
        @Nullable Value ofLast = step.lastGradient();
        return reading(
                        forward.from(),
                        forward.mask(),
                        states.gates(),
                        states.inputs(),
                        states.inner(),
                        states.activated(),
                        states.hidden(),
                        ofLast == null ? step.hiddenGradient() : ofLast,
                        step.scratch().readsCell() ? step.scratch().ofState() : null,
                        factors(forward.ofInput()),
                        factors(forward.ofState()))
                .writing(
                        states.gates(),
                        states.projected(),
                        states.inner(),
                        step.hiddenGradient(),
                        step.scratch().ofState(),
                        step.scratch().panels(),
                        product(forward.ofInput()),
                        product(forward.ofState()),
                        step.fromGradient())
                .with(
                        weights.recurrentTransposed(),
                        candidate == null ? null : candidate.recurrentTransposed(),
                        step.fromGradient() == null ? null : weights.kernelTransposed())
                .adding(
                        weights.kernel(),
                        weights.recurrent(),
                        weights.bias(),
                        candidate == null ? null : candidate.recurrent(),
                        forward.stateBias());
    }

    private static StepAccess gradient(
            Step.ConvolutionalStatesGradient step,
            Step.ConvolutionalStatesKept kept,
            Step.ConvolutionalWeights weights) {
        Step.ConvolutionalFactors ofState = step.forward().ofState();
        List<@Nullable Value> written = new ArrayList<>(step.ofFirst());
        written.add(step.scratch());
        written.add(step.fromGradient());
        written.add(ofState == null ? null : ofState.product());
        return reading(
                        step.outputGradient(),
                        step.ofLastCell(),
                        kept.gates(),
                        kept.inputs(),
                        kept.cell(),
                        kept.activated(),
                        kept.hidden(),
                        ofState == null ? null : ofState.factors())
                .writing(written.toArray(Value[]::new))
                .with(weights.exchanged())
                .adding(weights.recurrent(), weights.bias());
    }

    private static StepAccess reading(@Nullable Value... values) {
        return new StepAccess(present(values), List.of(), List.of(), List.of());
    }

    private StepAccess and(Step.Hidden hidden) {
        List<Value> all = new ArrayList<>(reads);
        all.addAll(hidden.keys());
        if (hidden.query() != null) {
            all.add(hidden.query());
        }
        return new StepAccess(List.copyOf(all), writes, weights, gradients);
    }

    private StepAccess writing(@Nullable Value... values) {
        return new StepAccess(reads, present(values), weights, gradients);
    }

    private StepAccess with(@Nullable PackedMatrix... matrices) {
        return new StepAccess(reads, writes, present(matrices), gradients);
    }

    private StepAccess adding(@Nullable PackedMatrix... forms) {
        return new StepAccess(reads, writes, weights, present(forms));
    }

    private static <T> List<T> present(@Nullable T[] things) {
        List<T> present = new ArrayList<>();
        for (T thing : things) {
            if (thing != null) {
                present.add(thing);
            }
        }
        return List.copyOf(present);
    }
}
