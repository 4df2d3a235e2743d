package dev.hourglass.data;

import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Clean samples, and beside each one a spoiled one. Whoever asks for a sample gets the clean one. */
public final class SamplePairs implements Dataset {
    private final Dataset clean;
    private final Dataset noisy;

    /** @param noisy as many samples of the same shape and normalization, in the same order */
    public SamplePairs(Dataset clean, Dataset noisy) {
        if (clean.size() != noisy.size()
                || !clean.sampleShape().equals(noisy.sampleShape())
                || !clean.normalization().equals(noisy.normalization())) {
            throw new IllegalArgumentException("pairs need as many samples of the same shape, got " + clean.size() + " "
                    + clean.sampleShape() + " and " + noisy.size() + " " + noisy.sampleShape());
        }
        this.clean = clean;
        this.noisy = noisy;
    }

    @Override
    public Optional<Dataset> noisy() {
        return Optional.of(noisy);
    }

    @Override
    public String name() {
        return clean.name();
    }

    @Override
    public int size() {
        return clean.size();
    }

    @Override
    public Shape sampleShape() {
        return clean.sampleShape();
    }

    @Override
    public Normalization normalization() {
        return clean.normalization();
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        clean.copySample(index, into, offset);
    }

    @Override
    public void requireUnchanged() {
        clean.requireUnchanged();
        noisy.requireUnchanged();
    }

    @Override
    public long storedBytes() {
        return clean.storedBytes() + noisy.storedBytes();
    }

    @Override
    public boolean hasLabels() {
        return clean.hasLabels();
    }

    @Override
    public int label(int index) {
        return clean.label(index);
    }

    @Override
    public List<String> classNames() {
        return clean.classNames();
    }

    @Override
    public String sampleName(int index) {
        return clean.sampleName(index);
    }

    @Override
    public String sha256() {
        Sha256 both = new Sha256();
        byte[] digests = (clean.sha256() + noisy.sha256()).getBytes(StandardCharsets.US_ASCII);
        both.update(digests, 0, digests.length);
        return both.toHex();
    }

    @Override
    public Dataset limit(int count) {
        return new SamplePairs(clean.limit(count), noisy.limit(count));
    }

    @Override
    public Dataset reshaped(Shape shape) {
        return new SamplePairs(clean.reshaped(shape), noisy.reshaped(shape));
    }
}
