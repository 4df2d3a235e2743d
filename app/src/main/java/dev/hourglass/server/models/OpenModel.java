package dev.hourglass.server.models;

import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A model that is ready to be used by any number of threads.
 *
 * @param version tells a brought file from another that had its name before; empty for models of runs
 * @param data what it was trained on; null for a brought file, which doesn't say
 * @param pool for single samples and small batches
 * @param others what a model of several outputs gives beside the reconstruction
 */
public record OpenModel(
        ModelKey key,
        String version,
        SavedModel file,
        Autoencoder autoencoder,
        Recipe.@Nullable Data data,
        InferencePool pool,
        OutputValues others) {
    /** What its data are as a series, if it is known that they are one. */
    public Recipe.@Nullable Series series() {
        return data == null ? null : data.series();
    }

    AutoencoderSpec spec() {
        return autoencoder.spec();
    }

    public Shape input() {
        return spec().input();
    }

    public Shape latent() {
        return spec().latent();
    }

    /** @param samples {@code count} of them, row-major, one after the other */
    public float[] reconstruct(float[] samples, int count) {
        float[] rebuilt = new float[Math.multiplyExact(count, input().size())];
        pool.use(inference -> {
            inference.reconstruct(rows(samples, input().size()), 0, count, rebuilt);
            return rebuilt;
        });
        return rebuilt;
    }

    public float[] encode(float[] samples, int count) {
        float[] codes = new float[Math.multiplyExact(count, latent().size())];
        pool.use(inference -> {
            inference.encode(rows(samples, input().size()), 0, count, codes);
            return codes;
        });
        return codes;
    }

    public float[] decode(float[] codes, int count) {
        float[] samples = new float[Math.multiplyExact(count, input().size())];
        pool.use(inference -> {
            inference.decode(codes, count, samples);
            return samples;
        });
        return samples;
    }

    private static dev.hourglass.engine.Samples rows(float[] values, int size) {
        return (index, into, offset) -> System.arraycopy(values, index * size, into, offset, size);
    }

    /** Rows of a flat array. */
    public static float[][] rows(float[] values, int count, int size) {
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(values, i * size, (i + 1) * size);
        }
        return rows;
    }
}
