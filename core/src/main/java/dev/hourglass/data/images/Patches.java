package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How pictures of any size are cut into samples of one size. Patches lie on a grid of steps {@code size - overlap}; the last
 * ones of a row or column end where the picture does, so every pixel is in one.
 *
 * @param size of a patch
 * @param overlap of neighbouring patches in pixels, at least 0 and less than the sides of a patch
 */
public record Patches(Picture.Size size, int overlap) {
    /** Of all pictures together. */
    private static final int MOST_PATCHES = 1 << 24;

    /** That a message names. */
    private static final int MOST_NAMED = 3;

    public Patches {
        int most = Math.min(size.width(), size.height()) - 1;
        if (most < 0) {
            throw new IllegalArgumentException("patches need width and height >= 1, got " + size);
        }
        if (overlap < 0 || overlap > most) {
            throw new IllegalArgumentException(
                    "patches of " + size + " pixels can overlap by 0 to " + most + ", got " + overlap);
        }
    }

    /**
     * Where patches begin along one side of a picture.
     *
     * @param whole length of the side, at least {@code patch}
     * @param overlap less than {@code patch}
     */
    public static int[] starts(int whole, int patch, int overlap) {
        int step = patch - overlap;
        return IntStream.rangeClosed(0, Math.ceilDiv(whole - patch, step))
                .map(i -> Math.min(i * step, whole - patch))
                .toArray();
    }

    /** Into how many a picture is cut. */
    long count(Picture.Size picture) {
        return (1L + Math.ceilDiv(picture.height() - size.height(), size.height() - overlap))
                * (1L + Math.ceilDiv(picture.width() - size.width(), size.width() - overlap));
    }

    /**
     * The number of each picture's first patch among those of all, and how many there are at the end.
     *
     * @throws DatasetException if a picture is smaller than a patch, or all have too many
     */
    int[] firsts(FoundPictures found) {
        List<FoundPictures.Found> pictures = found.readable();
        return firsts(
                found.list().folder().toString(),
                pictures.stream().map(picture -> picture.header().size()).toList(),
                index -> pictures.get(index).entry().name());
    }

    /** The same of pictures from anywhere. */
    int[] firsts(String source, List<Picture.Size> pictures, IntFunction<String> names) {
        requireLarge(source, pictures, names);
        int[] firsts = new int[pictures.size() + 1];
        long sum = 0;
        for (int i = 0; i < pictures.size(); i++) {
            sum += count(pictures.get(i));
            if (sum > MOST_PATCHES) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't cut %s into patches of %s pixels: expected at most %,d of all its pictures, found more"
                                + " after %,d of %,d. Choose larger patches or a smaller overlap, or take fewer pictures.",
                        source,
                        size,
                        MOST_PATCHES,
                        i,
                        pictures.size()));
            }
            firsts[i + 1] = (int) sum;
        }
        return firsts;
    }

    private void requireLarge(String source, List<Picture.Size> pictures, IntFunction<String> names) {
        int[] small = IntStream.range(0, pictures.size())
                .filter(i -> pictures.get(i).width() < size.width()
                        || pictures.get(i).height() < size.height())
                .toArray();
        if (small.length > 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't cut %s into patches of %s pixels: %,d of its %,d pictures are smaller, such as %s. Choose"
                            + " smaller patches, or take these out.",
                    source,
                    size,
                    small.length,
                    pictures.size(),
                    Arrays.stream(small)
                            .limit(MOST_NAMED)
                            .mapToObj(i -> names.apply(i) + " (" + pictures.get(i) + ")")
                            .collect(Collectors.joining(", "))));
        }
    }

    /** What the patch of a picture with its upper left corner there is called. */
    static String name(String picture, int[] corner) {
        return picture + "[y=" + corner[0] + ",x=" + corner[1] + "]";
    }

    /** The upper left corners of a picture's patches, row by row: [y, x]. */
    List<int[]> corners(Picture.Size picture) {
        int[] across = starts(picture.width(), size.width(), overlap);
        return IntStream.of(starts(picture.height(), size.height(), overlap))
                .boxed()
                .flatMap(y -> IntStream.of(across).mapToObj(x -> new int[] {y, x}))
                .toList();
    }
}
