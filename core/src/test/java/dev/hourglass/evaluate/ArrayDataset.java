package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.List;

/** Samples written out in a test. */
public record ArrayDataset(String name, Shape sampleShape, List<float[]> samples) implements Dataset {
    public static ArrayDataset of(float[]... samples) {
        return new ArrayDataset("test", Shape.of(samples[0].length), List.of(samples));
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public Normalization normalization() {
        return Normalization.NONE;
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        System.arraycopy(samples.get(index), 0, into, offset, sampleShape.size());
    }

    @Override
    public boolean hasLabels() {
        return false;
    }

    @Override
    public int label(int index) {
        throw new UnsupportedOperationException("no labels");
    }

    @Override
    public String sha256() {
        throw new UnsupportedOperationException("no digest");
    }

    @Override
    public Dataset limit(int count) {
        return new ArrayDataset(name, sampleShape, samples.subList(0, Math.min(count, samples.size())));
    }

    @Override
    public Dataset reshaped(Shape shape) {
        return new ArrayDataset(name, shape, samples);
    }
}
