package dev.hourglass.data.images;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How pictures of the user's own become training and test samples; see {@link PictureSplit}.
 *
 * @param test a folder or file with what to test by; null takes it from the folder or file itself
 * @param testShare of the pictures that is tested by if nothing else says which, above 0 and below 1
 * @param seed of the order in which pictures come, and of which are tested by
 * @param pictures size, fit and colour
 * @param numbers of files with numbers
 * @param noisy a folder with a spoiled picture of the same file name for each picture, which a model reads while it learns to
 *     give the clean one; null for none
 */
public record PictureSplitOptions(
        @Nullable Path test,
        double testShare,
        long seed,
        PictureOptions pictures,
        Numbers numbers,
        @Nullable Path noisy) {
    /**
     * What a table or an array does not say of its pictures.
     *
     * @param labels a file with one label a picture; null for none
     * @param testLabels the same for {@code test}
     * @param labelColumn of a table; null for none
     * @param array of a file of arrays, by name; null to choose by the names
     * @param scale what the numbers are divided by, not 0; null divides bytes, and whole numbers up to 255, by 255
     */
    public record Numbers(
            @Nullable Path labels,
            @Nullable Path testLabels,
            @Nullable String labelColumn,
            @Nullable String array,
            @Nullable Float scale) {
        public static final Numbers NONE = new Numbers(null, null, null, null, null);
    }

    public PictureSplitOptions {
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("testShare must be above 0 and below 1, got " + testShare);
        }
    }

    /** A fifth is tested by; all pictures have one size, which is taken. */
    public static PictureSplitOptions defaults() {
        return new PictureSplitOptions(null, 0.2, 0, PictureOptions.defaults(), Numbers.NONE, null);
    }

    public PictureSplitOptions withTest(@Nullable Path value) {
        return new PictureSplitOptions(value, testShare, seed, pictures, numbers, noisy);
    }

    public PictureSplitOptions withTestShare(double value) {
        return new PictureSplitOptions(test, value, seed, pictures, numbers, noisy);
    }

    public PictureSplitOptions withSeed(long value) {
        return new PictureSplitOptions(test, testShare, value, pictures, numbers, noisy);
    }

    public PictureSplitOptions withPictures(PictureOptions value) {
        return new PictureSplitOptions(test, testShare, seed, value, numbers, noisy);
    }

    public PictureSplitOptions withNumbers(Numbers value) {
        return new PictureSplitOptions(test, testShare, seed, pictures, value, noisy);
    }

    public PictureSplitOptions withNoisy(@Nullable Path value) {
        return new PictureSplitOptions(test, testShare, seed, pictures, numbers, value);
    }
}
