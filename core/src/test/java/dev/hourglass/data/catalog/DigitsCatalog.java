package dev.hourglass.data.catalog;

import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DataFile.Content;
import dev.hourglass.data.files.Idx;
import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Shape;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A data set made like MNIST, small enough for tests: 5 training and 3 test images of 20x30. */
public final class DigitsCatalog {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

    /** By name, in the order of the specification. */
    public static final Map<String, byte[]> FILES = files();

    private DigitsCatalog() {}

    public static DatasetCatalog of(FetchSettings settings, DatasetSource... sources) {
        return new DatasetCatalog(List.of(spec(sources)), settings);
    }

    static DatasetSpec spec(DatasetSource... sources) {
        return new DatasetSpec(
                "digits",
                "Digits",
                DatasetSpec.Format.IDX,
                Shape.of(20, 30, 1),
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
                5,
                3,
                List.of(
                        file(TRAIN_IMAGES, Split.TRAINING, Content.IMAGES),
                        file(TRAIN_LABELS, Split.TRAINING, Content.LABELS),
                        file(TEST_IMAGES, Split.TEST, Content.IMAGES),
                        file(TEST_LABELS, Split.TEST, Content.LABELS)),
                List.of(sources),
                "none",
                "none");
    }

    /** Patient enough for a busy machine, and no client to be found. */
    public static FetchSettings settings(Path home, Path... executableFolders) {
        return new FetchSettings(
                home,
                Arrays.asList(executableFolders),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                HttpClient.Builder.NO_PROXY);
    }

    public static byte[] bytes(String name) {
        byte[] bytes = FILES.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return bytes;
    }

    private static DataFile file(String name, Split split, Content content) {
        byte[] bytes = bytes(name);
        Sha256 sha256 = new Sha256();
        sha256.update(bytes, 0, bytes.length);
        return new DataFile(name, name.replace("-idx", ".idx"), split, content, bytes.length, sha256.toHex());
    }

    private static Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(TRAIN_IMAGES, Idx.images(5, 20, 30, new Random(1)));
        files.put(TRAIN_LABELS, Idx.labels(5, 0, 4, 1, 9));
        files.put(TEST_IMAGES, Idx.images(3, 20, 30, new Random(2)));
        files.put(TEST_LABELS, Idx.labels(7, 2, 1));
        return files;
    }
}
