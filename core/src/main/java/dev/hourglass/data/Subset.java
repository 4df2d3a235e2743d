package dev.hourglass.data;

import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some samples of a data set, in its order. What takes longer than in proportion to the samples, takes a subset of many. */
public final class Subset implements Dataset {
    private final Dataset whole;
    private final int[] indices;
    /** Null where samples of a series are left out between others. */
    private final @Nullable SamplePlaces places;

    private Subset(Dataset whole, int[] indices, @Nullable SamplePlaces places) {
        this.whole = whole;
        this.indices = indices;
        this.places = places;
    }

    /**
     * Samples {@code first} to {@code end - 1}, with their places in a series.
     *
     * @throws IndexOutOfBoundsException unless there are such samples
     */
    public static Subset range(Dataset whole, int first, int end) {
        Objects.checkFromToIndex(first, end, whole.size());
        return new Subset(
                whole,
                IntStream.range(first, end).toArray(),
                whole.places().map(places -> places.range(first, end)).orElse(null));
    }

    /**
     * The samples that are wanted, at least one.
     *
     * @param wanted is asked once for each
     */
    public static Subset where(Dataset whole, IntPredicate wanted) {
        return new Subset(whole, IntStream.range(0, whole.size()).filter(wanted).toArray(), null);
    }

    /** At most so many samples, at equal distances: the first of each of as many runs. */
    public static Subset spread(Dataset whole, int most) {
        int count = Math.min(most, whole.size());
        int[] indices = new int[count];
        Arrays.setAll(indices, i -> (int) ((long) i * whole.size() / count));
        return new Subset(whole, indices, count == whole.size() ? whole.places().orElse(null) : null);
    }

    /**
     * Samples drawn by chance, each as likely as any other; all if there are no more than so many (Knuth, The Art of
     * Computer Programming, volume 2, algorithm 3.4.2 S).
     *
     * @param count >= 1
     */
    public static Subset drawn(Dataset whole, int count, long seed) {
        int size = whole.size();
        int[] indices = new int[Math.min(count, size)];
        RandomGenerator random = new RandomSource(seed).stream("subset", 0);
        int taken = 0;
        for (int index = 0; taken < indices.length; index++) {
            if (random.nextInt(size - index) < indices.length - taken) {
                indices[taken++] = index;
            }
        }
        return new Subset(whole, indices, null);
    }

    /** Whether samples were left out. */
    public boolean isPart() {
        return indices.length < whole.size();
    }

    /** Which sample of the whole one of these is. */
    public int index(int sample) {
        return indices[sample];
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Shape sampleShape() {
        return whole.sampleShape();
    }

    @Override
    public Normalization normalization() {
        return whole.normalization();
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        whole.copySample(indices[index], into, offset);
    }

    @Override
    public void requireUnchanged() {
        whole.requireUnchanged();
    }

    @Override
    public Optional<Next> next() {
        return whole.next().map(next -> new Next() {
            @Override
            public Shape shape() {
                return next.shape();
            }

            @Override
            public void copy(int index, float[] into, int offset) {
                next.copy(indices[index], into, offset);
            }
        });
    }

    @Override
    public Optional<Dataset> noisy() {
        return whole.noisy().map(noisy -> new Subset(noisy, indices, null));
    }

    @Override
    public long storedBytes() {
        return whole.storedBytes() / whole.size() * size();
    }

    @Override
    public boolean hasLabels() {
        return whole.hasLabels();
    }

    @Override
    public int label(int index) {
        return whole.label(indices[index]);
    }

    @Override
    public List<String> classNames() {
        return whole.classNames();
    }

    @Override
    public String sampleName(int index) {
        return whole.sampleName(indices[index]);
    }

    @Override
    public Optional<SampleTimes> times() {
        return places == null ? Optional.empty() : whole.times().map(times -> times.range(indices[0], indices.length));
    }

    @Override
    public Optional<SamplePlaces> places() {
        return Optional.ofNullable(places);
    }

    /** Over the digest of the whole and which samples these are, as 32-bit integers, little-endian. */
    @Override
    public String sha256() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * indices.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(indices);
        Sha256 digest = new Sha256();
        byte[] of = whole.sha256().getBytes(StandardCharsets.US_ASCII);
        digest.update(of, 0, of.length);
        digest.update(bytes.array(), 0, bytes.capacity());
        return digest.toHex();
    }

    @Override
    public Subset limit(int count) {
        return count >= indices.length
                ? this
                : new Subset(whole, Arrays.copyOf(indices, count), places == null ? null : places.range(0, count));
    }

    @Override
    public Subset reshaped(Shape shape) {
        return new Subset(whole.reshaped(shape), indices, places);
    }
}
