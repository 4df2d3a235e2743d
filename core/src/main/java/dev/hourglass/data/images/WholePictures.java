package dev.hourglass.data.images;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pictures that were cut into patches, whole again: put together from their samples when they are asked for, so that
 * memory holds one.
 *
 * @param samples all patches
 * @param patches how the pictures were cut
 * @param pictures of which all patches are among the samples
 */
public record WholePictures(Dataset samples, Patches patches, List<Whole> pictures) {
    /**
     * A picture.
     *
     * @param name such as {@code cats/07.jpg}; its number where it has none
     * @param samples its patches, row by row; not to be changed
     */
    public record Whole(String name, Picture.Size size, int[] samples) {}

    public WholePictures {
        pictures = List.copyOf(pictures);
    }

    /**
     * Of samples that come in another order.
     *
     * @param pictures with the places of their patches among all
     * @param order which of all the samples are, in their order
     */
    static WholePictures of(Dataset samples, Patches patches, List<Whole> pictures, int[] order) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < order.length; i++) {
            places.put(order[i], i);
        }
        List<Whole> there = pictures.stream()
                .filter(picture -> Arrays.stream(picture.samples).allMatch(places::containsKey))
                .map(picture -> new Whole(
                        picture.name,
                        picture.size,
                        Arrays.stream(picture.samples).map(places::get).toArray()))
                .toList();
        return new WholePictures(samples, patches, there);
    }

    /** Those of which all patches are among the first samples. */
    public WholePictures limit(int count) {
        return new WholePictures(
                samples,
                patches,
                pictures.stream()
                        .filter(picture -> Arrays.stream(picture.samples).allMatch(sample -> sample < count))
                        .toList());
    }

    /** [height, width, channels] of a patch. */
    public Shape patch() {
        return samples.sampleShape();
    }

    /** [height, width, channels] of a picture. */
    public Shape shape(int picture) {
        Picture.Size size = pictures.get(picture).size;
        return Shape.of(size.height(), size.width(), patch().dimension(2));
    }

    /** A picture, normalized as its patches are. */
    public float[] picture(int picture) {
        return assembled(picture, samples);
    }

    /** What a model reads to give the picture: the noisy one of a pair, else the picture itself. */
    public float[] input(int picture) {
        return assembled(picture, samples.noisy().orElse(samples));
    }

    private float[] assembled(int index, Dataset from) {
        Whole picture = pictures.get(index);
        Shape shape = shape(index);
        float[] whole = new float[shape.size()];
        float[] patch = new float[patch().size()];
        int row = patch().dimension(1) * patch().dimension(2);
        List<int[]> corners = patches.corners(picture.size);
        for (int i = 0; i < corners.size(); i++) {
            from.copySample(picture.samples[i], patch, 0);
            for (int y = 0; y < patch().dimension(0); y++) {
                int at = ((corners.get(i)[0] + y) * shape.dimension(1) + corners.get(i)[1]) * shape.dimension(2);
                System.arraycopy(patch, y * row, whole, at, row);
            }
        }
        return whole;
    }
}
