package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.errors.Evaluation;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A model and the samples that it is evaluated on, which most requests name.
 *
 * @param dataName such as {@code test}
 * @param data in the shape that the model reads, under its normalization
 * @param imageShape [height, width, channels] where the samples are images, also if the model reads them as sequences
 */
public record EvaluationTarget(
        OpenModel model,
        String dataName,
        Dataset data,
        @Nullable Shape imageShape) {
    /** The key of what is computed of it. */
    public String key(String kind) {
        return model.key() + model.version() + "/" + dataName + "/" + kind;
    }

    /** Whether samples are rows of a series or windows of them, so that each row can be scored. */
    public boolean isSeries() {
        return data.places()
                .filter(places -> data.sampleShape().rank() == (places.windows() ? 2 : 1))
                .isPresent();
    }

    /** Of the first samples. */
    public Points codes(int count, int threads, IntConsumer progress) {
        return Evaluation.codes(model.autoencoder(), data.limit(count), threads, progress);
    }

    /**
     * What one output of several gives.
     *
     * @param is what it was trained to become, in words; empty where the file doesn't say
     * @param expected what it should be; null where that is not known of the sample
     */
    public record Output(String name, String is, Shape shape, float[] values, float @Nullable [] expected) {}

    /** Each output of a model that has several, by name; none of one that has but the reconstruction. */
    public List<Output> outputs(int index) {
        return model.others().of(sample(index), index, this);
    }

    /** How samples are held against each other. */
    public SampleSimilarity similarity() {
        return imageShape == null
                ? SampleSimilarity.ofSignals(data)
                : SampleSimilarity.ofImages(imageShape, model.autoencoder().normalization());
    }

    public float[] sample(int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }

    public void requireIndex(int index) {
        if (index < 0 || index >= data.size()) {
            throw ApiException.missing(
                    "index", "There is no sample " + index + ".", "Give 0 to " + (data.size() - 1) + ".");
        }
    }

    /** What a sample is called where it comes from, such as its file; null if it has no name. */
    public @Nullable String name(int index) {
        String name = data.sampleName(index);
        return name.isEmpty() ? null : name;
    }

    public @Nullable Integer label(int index) {
        return data.hasLabels() ? data.label(index) : null;
    }
}
