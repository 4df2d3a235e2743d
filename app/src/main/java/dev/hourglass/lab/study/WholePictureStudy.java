package dev.hourglass.lab.study;

import dev.hourglass.data.images.WholePictures;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.PictureRebuild;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.report.results.StitchedPictures;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Rebuilds whole pictures, one after the other, with a model that reads patches of them. */
final class WholePictureStudy {
    private static final int MOST_SHOWN = 4;
    /** Of the longer side of a picture that is shown; a printed page shows no more. */
    private static final int MOST_SHOWN_SIDE = 900;

    private final WholePictures pictures;
    private final int overlap;

    WholePictureStudy(WholePictures pictures) {
        this.pictures = pictures;
        Shape patch = pictures.patch();
        // Patches may have been cut side by side, but stitched so they would have seams.
        overlap = Math.max(pictures.patches().overlap(), Math.min(patch.dimension(0), patch.dimension(1)) / 4);
    }

    /** @param progress told how many pictures are done */
    StitchedPictures of(Inference inference, IntConsumer progress) {
        PictureRebuild model = new PictureRebuild(inference::reconstruct, pictures.patch(), overlap);
        List<StitchedPictures.Each> each = new ArrayList<>();
        List<StitchedPictures.Shown> shown = new ArrayList<>();
        for (int i = 0; i < pictures.pictures().size(); i++) {
            InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Rebuilding whole pictures");
            Shape shape = pictures.shape(i);
            float[] original = pictures.picture(i);
            float[] input = pairs() ? pictures.input(i) : original;
            float[] rebuilt = model.rebuilt(input, shape);
            each.add(measured(i, original, input, rebuilt));
            if (shown.size() < MOST_SHOWN) {
                shown.add(shown(i, original, pairs() ? input : null, rebuilt));
            }
            progress.accept(i + 1);
        }
        return new StitchedPictures(pictures.patch(), overlap, pairs(), each, shown);
    }

    /** Whether the model reads noisy pictures. */
    private boolean pairs() {
        return pictures.samples().noisy().isPresent();
    }

    private StitchedPictures.Each measured(int index, float[] original, float[] input, float[] rebuilt) {
        Shape shape = pictures.shape(index);
        SampleSimilarity similarity = SampleSimilarity.ofImages(shape, Normalization.NONE);
        double mse = mse(original, rebuilt);
        return new StitchedPictures.Each(
                pictures.pictures().get(index).name(),
                shape.dimension(0),
                shape.dimension(1),
                mse,
                similarity.psnrDecibels(mse).orElse(Double.POSITIVE_INFINITY),
                similarity.ssim(original, rebuilt).orElse(Double.NaN),
                pairs() ? similarity.psnrDecibels(mse(original, input)).orElse(Double.POSITIVE_INFINITY) : Double.NaN);
    }

    private static double mse(float[] original, float[] rebuilt) {
        double sum = 0;
        for (int i = 0; i < original.length; i++) {
            double difference = (double) rebuilt[i] - original[i];
            sum += difference * difference;
        }
        return sum / original.length;
    }

    private StitchedPictures.Shown shown(int index, float[] original, float @Nullable [] input, float[] rebuilt) {
        Shape shape = pictures.shape(index);
        int times = Math.ceilDiv(Math.max(shape.dimension(0), shape.dimension(1)), MOST_SHOWN_SIDE);
        Shape small = Shape.of(
                Math.ceilDiv(shape.dimension(0), times), Math.ceilDiv(shape.dimension(1), times), shape.dimension(2));
        return new StitchedPictures.Shown(
                pictures.pictures().get(index).name(),
                small,
                input == null ? null : shrunk(unit(input), shape, small, times),
                shrunk(unit(original), shape, small, times),
                shrunk(unit(rebuilt), shape, small, times));
    }

    /** Within black and white, which are 0 and 1 whatever the numbers were divided by. */
    private static float[] unit(float[] picture) {
        float[] unit = picture.clone();
        for (int i = 0; i < unit.length; i++) {
            unit[i] = Math.clamp(unit[i], 0f, 1f);
        }
        return unit;
    }

    /** Each pixel the mean of a square of so many. */
    private static float[] shrunk(float[] picture, Shape shape, Shape small, int times) {
        if (times == 1) {
            return picture;
        }
        int channels = shape.dimension(2);
        float[] into = new float[small.size()];
        for (int i = 0; i < into.length; i++) {
            int channel = i % channels;
            int left = i / channels % small.dimension(1) * times;
            int top = i / channels / small.dimension(1) * times;
            int right = Math.min(left + times, shape.dimension(1));
            int bottom = Math.min(top + times, shape.dimension(0));
            double sum = 0;
            for (int y = top; y < bottom; y++) {
                for (int x = left; x < right; x++) {
                    sum += picture[(y * shape.dimension(1) + x) * channels + channel];
                }
            }
            into[i] = (float) (sum / ((right - left) * (bottom - top)));
        }
        return into;
    }
}
