package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ByteDatasetTest {
    private static final byte[] EVERY_BYTE = bytes(IntStream.range(0, 256).toArray());

    @Test
    void pixelsHaveTheBitsOfADivisionBy255AndNotOfAMultiplication() {
        ByteDataset data = ByteDataset.of("ramp", Shape.of(256), Normalization.PIXELS, EVERY_BYTE);

        float[] sample = sample(data, 0);

        int multipliedOtherwise = 0;
        for (int value = 0; value < 256; value++) {
            assertThat(sample[value]).isEqualTo(value / 255f).isEqualTo((float) (value / 255.0));
            multipliedOtherwise += value * (1f / 255f) == value / 255f ? 0 : 1;
        }
        assertThat(multipliedOtherwise).isPositive();
    }

    @Test
    void otherNormalizationsAreStoredTimesScalePlusOffset() {
        Normalization normalization = new Normalization(0.1f, -3.3f);
        ByteDataset data = ByteDataset.of("ramp", Shape.of(256), normalization, EVERY_BYTE);

        float[] sample = sample(data, 0);

        for (int value = 0; value < 256; value++) {
            assertThat(sample[value]).isEqualTo((float) (value * (double) 0.1f + -3.3f));
        }
    }

    @Test
    void copySampleWritesItsPlaceAndNothingElse() {
        ByteDataset data = labelled();
        float[] into = {-1, -1, -1, -1, -1};

        data.copySample(2, into, 1);

        assertThat(into).containsExactly(-1, 5, 6, -1, -1);
    }

    @Test
    void labelsAreUnsigned() {
        ByteDataset data = labelled();

        assertThat(data.hasLabels()).isTrue();
        assertThat(IntStream.range(0, 3).map(data::label)).containsExactly(7, 200, 0);
    }

    @Test
    void limitKeepsTheFirstSamplesAndTheirDigest() {
        ByteDataset limited = labelled().limit(2);

        assertThat(limited.size()).isEqualTo(2);
        assertThat(sample(limited, 1)).containsExactly(3, 4);
        assertThat(limited.label(1)).isEqualTo(200);
        assertThat(limited.sha256()).isEqualTo(sha256(1, 2, 3, 4, 7, 200));
        assertThatThrownBy(() -> limited.label(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> limited.copySample(2, new float[2], 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void limitAboveTheSizeKeepsAll() {
        assertThat(labelled().limit(1000).size()).isEqualTo(3);
    }

    @Test
    void limitBelowOneIsRefused() {
        assertThatThrownBy(() -> labelled().limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a data set is limited to >= 1 samples, got 0");
    }

    @Test
    void digestCoversSamplesThenLabels() {
        ByteDataset unlabelled = ByteDataset.of("three", Shape.of(2), Normalization.NONE, bytes(1, 2, 3, 4, 5, 6));

        assertThat(unlabelled.sha256()).isEqualTo(sha256(1, 2, 3, 4, 5, 6));
        assertThat(labelled().sha256()).isEqualTo(sha256(1, 2, 3, 4, 5, 6, 7, 200, 0));
    }

    @Test
    void digestIsTheSameFromManyThreads() {
        ByteDataset data = labelled();

        List<String> digests = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> data.sha256())
                .distinct()
                .toList();

        assertThat(digests).containsExactly(sha256(1, 2, 3, 4, 5, 6, 7, 200, 0));
    }

    @Test
    void reshapedKeepsSamplesLabelsAndDigest() {
        ByteDataset data = labelled();

        ByteDataset reshaped = data.reshaped(Shape.of(1, 2, 1));

        assertThat(reshaped.sampleShape()).isEqualTo(Shape.of(1, 2, 1));
        assertThat(sample(reshaped, 1)).containsExactly(3, 4);
        assertThat(reshaped.label(0)).isEqualTo(7);
        assertThat(reshaped.sha256()).isEqualTo(data.sha256());
    }

    @Test
    void reshapingToAnotherSizeIsRefused() {
        assertThatThrownBy(() -> labelled().reshaped(Shape.of(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Samples of data set 'three' are [2] = 2 numbers and can't become [3] = 3."
                        + " Choose a shape of the same size.");
    }

    @Test
    void bytesThatAreNoWholeSamplesAreRefused() {
        assertThatThrownBy(() -> ByteDataset.of("odd", Shape.of(2), Normalization.NONE, new byte[5]))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Data set 'odd' of samples [2] needs a multiple of 2 bytes, got 5. Check the shape.");
        assertThatThrownBy(() -> ByteDataset.of("none", Shape.of(2), Normalization.NONE, new byte[0]))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("got 0");
    }

    @Test
    void labelsHaveToBeAsManyAsSamples() {
        ByteDataset data = ByteDataset.of("three", Shape.of(2), Normalization.NONE, new byte[6]);

        assertThatThrownBy(() -> data.withLabels(new byte[4]))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Data set 'three' has 3 samples and needs as many labels, got 4."
                        + " Check that they belong together.");
    }

    @Test
    void askingForLabelsThatAreNotThereIsRefused() {
        ByteDataset data = ByteDataset.of("three", Shape.of(2), Normalization.NONE, new byte[6]);

        assertThat(data.hasLabels()).isFalse();
        assertThatThrownBy(() -> data.label(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has no labels");
    }

    private static ByteDataset labelled() {
        return ByteDataset.of("three", Shape.of(2), Normalization.NONE, bytes(1, 2, 3, 4, 5, 6))
                .withLabels(bytes(7, 200, 0));
    }

    private static float[] sample(Dataset data, int index) {
        float[] into = new float[data.sampleShape().size()];
        data.copySample(index, into, 0);
        return into;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static String sha256(int... values) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(values)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
