package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One array of a file as the path of a file: {@code data.h5:/train/x}, as HDF5's own tools write it, and so for all files of
 * arrays.
 *
 * @param file that holds it
 * @param array its name, without the slash at the beginning
 */
public record ArrayPath(Path file, String array) {
    private static final String BETWEEN = ":/";

    /** @return empty where there is such a file as it is written, or none before any {@code :/} */
    public static Optional<ArrayPath> of(Path path) {
        String text = path.toString().replace('\\', '/');
        if (Files.exists(path) || !text.contains(BETWEEN)) {
            return Optional.empty();
        }
        for (int at = text.indexOf(BETWEEN); at >= 0; at = text.indexOf(BETWEEN, at + 1)) {
            Path file = Path.of(path.toString().substring(0, at));
            String array = text.substring(at + BETWEEN.length());
            if (!array.isEmpty() && Files.isRegularFile(file)) {
                return Optional.of(new ArrayPath(file, array));
            }
        }
        return Optional.empty();
    }

    /**
     * The file as if it had that array alone.
     *
     * @param whole the file
     * @throws dev.hourglass.data.DatasetException if it has no such array
     * @throws CorruptFileException if the array can't be read
     */
    public ArrayFile in(ArrayFile whole) {
        return new One(whole, ArrayChoice.named(file, whole, array));
    }

    private record One(ArrayFile whole, Entry entry) implements ArrayFile {
        @Override
        public List<Entry> entries() {
            return List.of(entry);
        }

        @Override
        public Map<String, CorruptFileException> leftOut() {
            return Map.of();
        }

        @Override
        public FloatDataset samples(Entry of) {
            return whole.samples(of);
        }

        @Override
        public int[] labels(Entry of) {
            return whole.labels(of);
        }
    }
}
