package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;

/** Points as samples. */
record PointsDataset(Points points) implements Dataset {
    @Override
    public String name() {
        return "the points";
    }

    @Override
    public int size() {
        return points.count();
    }

    @Override
    public Shape sampleShape() {
        return Shape.of(points.dimensions());
    }

    @Override
    public Normalization normalization() {
        return Normalization.NONE;
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        for (int d = 0; d < points.dimensions(); d++) {
            into[offset + d] = points.get(index, d);
        }
    }

    @Override
    public boolean hasLabels() {
        return false;
    }

    @Override
    public int label(int index) {
        throw new UnsupportedOperationException("Points have no labels");
    }

    @Override
    public String sha256() {
        throw new UnsupportedOperationException("Points have no digest");
    }

    @Override
    public Dataset limit(int count) {
        throw new UnsupportedOperationException("Points are taken whole");
    }

    @Override
    public Dataset reshaped(Shape shape) {
        throw new UnsupportedOperationException("Points have one shape");
    }
}
