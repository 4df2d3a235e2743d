package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures of an array cut into patches, which are kept apart from it, in memory or in a file for the time being: to copy
 * a whole picture for each patch of it would take longer than to train on it.
 */
final class ArrayPatches {
    private final Dataset pictures;
    private final int[] chosen;
    private final Patches patches;
    private final Shape shape;

    /**
     * @param pictures [height, width, channels]
     * @param chosen which of them
     */
    ArrayPatches(Dataset pictures, int[] chosen, Patches patches) {
        this.pictures = pictures;
        this.chosen = chosen.clone();
        this.patches = patches;
        shape = Shape.of(
                patches.size().height(),
                patches.size().width(),
                pictures.sampleShape().dimension(2));
    }

    /** Each of the chosen pictures with its samples in {@link #cut}, in their order. */
    List<WholePictures.Whole> whole() {
        Picture.Size size = size();
        int each = patches.corners(size).size();
        return IntStream.range(0, chosen.length)
                .mapToObj(i -> new WholePictures.Whole(
                        name(chosen[i]),
                        size,
                        IntStream.range(i * each, (i + 1) * each).toArray()))
                .toList();
    }

    private Picture.Size size() {
        return new Picture.Size(
                pictures.sampleShape().dimension(1), pictures.sampleShape().dimension(0));
    }

    private String name(int picture) {
        String name = pictures.sampleName(picture);
        return name.isEmpty() ? Integer.toString(picture) : name;
    }

    /**
     * The patches of each picture one after the other.
     *
     * @throws dev.hourglass.data.DatasetException if pictures are smaller than a patch, or have too many
     */
    Dataset cut() {
        List<int[]> corners = corners();
        int count = chosen.length * corners.size();
        List<String> names = new ArrayList<>(count);
        for (int picture : chosen) {
            corners.forEach(corner -> names.add(Patches.name(name(picture), corner)));
        }
        int[] labels = pictures.hasLabels()
                ? IntStream.range(0, count)
                        .map(i -> pictures.label(chosen[i / corners.size()]))
                        .toArray()
                : new int[0];
        Dataset samples = switch (pictures) {
            case ByteDataset bytes -> cutBytes(bytes.withNormalization(Normalization.NONE), corners, names);
            case FloatDataset numbers -> cutNumbers(numbers, corners, names);
            default -> throw new IllegalStateException("pictures of an unknown kind: " + pictures.getClass());
        };
        if (!pictures.hasLabels()) {
            return samples;
        }
        return switch (samples) {
            case ByteDataset pixels -> pixels.withLabels(bytes(labels)).withClassNames(pictures.classNames());
            case FloatDataset numbers -> numbers.withLabels(labels, pictures.classNames());
            default -> throw new IllegalStateException("patches of an unknown kind: " + samples.getClass());
        };
    }

    private List<int[]> corners() {
        patches.firsts(pictures.name(), Collections.nCopies(chosen.length, size()), i -> name(chosen[i]));
        return patches.corners(size());
    }

    private Dataset cutBytes(Dataset stored, List<int[]> corners, List<String> names) {
        PixelStore store = PixelStore.of(names.size(), shape.size(), false);
        float[] picture = new float[pictures.sampleShape().size()];
        float[] patch = new float[shape.size()];
        byte[] pixels = new byte[shape.size()];
        int index = 0;
        for (int each : chosen) {
            stored.copySample(each, picture, 0);
            for (int[] corner : corners) {
                copy(picture, corner, patch);
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = (byte) patch[i];
                }
                store.put(index++, pixels);
            }
        }
        return DataSources.normalized(
                store.finished(names).asDataset(pictures.name(), shape), pictures.normalization());
    }

    private Dataset cutNumbers(FloatDataset stored, List<int[]> corners, List<String> names) {
        long bytes = (long) names.size() * shape.size() * Float.BYTES;
        MemorySegment numbers = bytes <= ScratchFile.MOST_BYTES_IN_MEMORY
                ? MemorySegment.ofArray(new float[(int) (bytes / Float.BYTES)])
                : ScratchFile.mapped(bytes, "patches");
        float[] picture = new float[pictures.sampleShape().size()];
        float[] patch = new float[shape.size()];
        long at = 0;
        for (int each : chosen) {
            stored.copyStored(each, picture, 0);
            for (int[] corner : corners) {
                copy(picture, corner, patch);
                MemorySegment.copy(patch, 0, numbers, ValueLayout.JAVA_FLOAT, at * Float.BYTES, patch.length);
                at += patch.length;
            }
        }
        stored.requireUnchanged();
        return FloatDataset.of(pictures.name(), shape, new Numbers(numbers, shape.size(), names))
                .withNormalization(stored.normalization());
    }

    private void copy(float[] picture, int[] corner, float[] patch) {
        int row = shape.dimension(1) * shape.dimension(2);
        int wide = pictures.sampleShape().dimension(1) * shape.dimension(2);
        for (int y = 0; y < shape.dimension(0); y++) {
            int from = (corner[0] + y) * wide + corner[1] * shape.dimension(2);
            System.arraycopy(picture, from, patch, y * row, row);
        }
    }

    private static byte[] bytes(int[] labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return bytes;
    }

    /** Numbers that nobody else has. */
    private record Numbers(MemorySegment values, int sampleSize, List<String> names) implements SampleStore {
        @Override
        public int size() {
            return names.size();
        }

        @Override
        public String name(int index) {
            return names.get(index);
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            long at = (long) index * sampleSize * Float.BYTES;
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT, at, into, offset, sampleSize);
        }

        @Override
        public void requireUnchanged() {
            // Nobody else has the numbers.
        }
    }
}
