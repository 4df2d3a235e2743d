package dev.hourglass.engine.cpu.step;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which values a step reads and writes; a value that is changed in place is both. */
public final class StepAccess {
    private StepAccess() {}

    public static List<Value> reads(Step step) {
        return switch (step) {
            case Step.Load ignored -> List.of();
            case Step.Copy s -> List.of(s.from());
            case Step.Transpose s -> List.of(s.from());
            case Step.Convolve s -> List.of(s.from());
            case Step.ToTiles s -> List.of(s.from());
            case Step.TileProduct s -> List.of(s.tiles());
            case Step.FromTiles s -> List.of(s.products());
            case Step.ToTilesGradient s -> List.of(s.tiles());
            case Step.TileProductGradient s -> List.of(s.from(), s.gradient());
            case Step.ConvolveGradient s -> List.of(s.from(), s.gradient());
            case Step.ProjectAndGather s -> List.of(s.from());
            case Step.SpreadToTaps s -> List.of(s.gradient());
            case Step.BiasGradient s -> List.of(s.gradient());
            case Step.Activate s -> List.of(s.value());
            case Step.ActivateGradient s -> List.of(s.output(), s.gradient());
            case Step.Moments s -> List.of(s.value());
            case Step.Normalize s -> List.of(s.from());
            case Step.MomentsGradient s -> List.of(s.value(), s.gradient());
            case Step.NormalizeGradient s -> List.of(s.value(), s.gradient());
            case Step.MaxPool s -> List.of(s.from());
            case Step.MaxOfFour s -> List.of(s.from());
            case Step.MaxOfFourGradient s -> List.of(s.from(), s.pooledGradient());
            case Step.MaxPoolGradient s -> List.of(s.from(), s.pooled(), s.pooledGradient());
            case Step.UpSample s -> List.of(s.from());
            case Step.UpSampleGradient s -> List.of(s.gradient());
            case Step.Average s -> List.of(s.from());
            case Step.AverageGradient s -> List.of(s.gradient());
            case Step.Repeat s -> List.of(s.from());
            case Step.RepeatGradient s -> List.of(s.gradient());
            case Step.Drop s -> List.of(s.from());
            case Step.StepsProduct s -> List.of(s.from());
            case Step.StepsProductGradient s -> List.of(s.from(), s.gradient());
            case Step.StepsBiasGradient s -> List.of(s.gradient());
            case Step.Lstm s -> List.of(s.from());
            case Step.LstmGradient s -> {
                Step.Lstm forward = s.forward();
                List<Value> values = new ArrayList<>(
                        List.of(forward.from(), forward.gates(), forward.cell(), forward.tanhCell(), forward.hidden()));
                values.add(s.lastGradient() == null ? s.hiddenGradient() : s.lastGradient());
                yield values;
            }
            case Step.Store s -> List.of(s.from());
            case Step.LossGradient s -> List.of(s.prediction(), s.target());
        };
    }

    public static List<Value> writes(Step step) {
        return switch (step) {
            case Step.Load s -> List.of(s.to());
            case Step.Copy s -> List.of(s.to());
            case Step.Transpose s -> List.of(s.to());
            case Step.Convolve s -> List.of(s.to());
            case Step.ToTiles s -> List.of(s.tiles());
            case Step.TileProduct s -> List.of(s.products());
            case Step.FromTiles s -> List.of(s.to());
            case Step.ToTilesGradient s -> List.of(s.to());
            case Step.TileProductGradient ignored -> List.of();
            case Step.ConvolveGradient ignored -> List.of();
            case Step.ProjectAndGather s -> List.of(s.taps(), s.to());
            case Step.SpreadToTaps s -> List.of(s.taps());
            case Step.BiasGradient ignored -> List.of();
            case Step.Activate s -> List.of(s.value());
            case Step.ActivateGradient s -> List.of(s.gradient());
            case Step.Moments ignored -> List.of();
            case Step.Normalize s -> List.of(s.to());
            case Step.MomentsGradient ignored -> List.of();
            case Step.NormalizeGradient s -> List.of(s.gradient());
            case Step.MaxPool s -> List.of(s.to());
            case Step.MaxOfFour s -> List.of(s.to());
            case Step.MaxOfFourGradient s -> List.of(s.gradient());
            case Step.MaxPoolGradient s -> List.of(s.gradient());
            case Step.UpSample s -> List.of(s.to());
            case Step.UpSampleGradient s -> List.of(s.to());
            case Step.Average s -> List.of(s.to());
            case Step.AverageGradient s -> List.of(s.to());
            case Step.Repeat s -> List.of(s.to());
            case Step.RepeatGradient s -> List.of(s.to());
            case Step.Drop s -> List.of(s.to());
            case Step.StepsProduct s -> List.of(s.to());
            case Step.StepsProductGradient ignored -> List.of();
            case Step.StepsBiasGradient ignored -> List.of();
            case Step.Lstm s -> present(s.gates(), s.projected(), s.cell(), s.tanhCell(), s.hidden(), s.last());
            case Step.LstmGradient s ->
                present(
                        s.forward().gates(),
                        s.forward().projected(),
                        s.hiddenGradient(),
                        s.cellGradient(),
                        s.fromGradient());
            case Step.Store ignored -> List.of();
            case Step.LossGradient s -> List.of(s.gradient());
        };
    }

    private static List<Value> present(@Nullable Value... values) {
        List<Value> present = new ArrayList<>();
        for (Value value : values) {
            if (value != null) {
                present.add(value);
            }
        }
        return present;
    }
}
