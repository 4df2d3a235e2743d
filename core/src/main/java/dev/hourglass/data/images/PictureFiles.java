package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The pictures of a folder as files, of whatever sizes, for who takes them one after the other.
 *
 * @param named in the order of their names, at least one
 * @param unread of kinds that nobody here reads
 */
public record PictureFiles(List<Named> named, List<ImageFolder.Skipped> unread) {
    /** @param name from the folder on, with slashes */
    public record Named(Path file, String name) {}

    public PictureFiles {
        named = List.copyOf(named);
        unread = List.copyOf(unread);
    }

    /** @throws DatasetException if the folder can't be read or has no pictures */
    public static PictureFiles of(Path folder) {
        PictureList list = PictureList.of(folder);
        if (list.entries().isEmpty()) {
            throw FoundPictures.nothingReadable(folder, list.unread());
        }
        return new PictureFiles(
                list.entries().stream()
                        .map(entry -> new Named(entry.file(), entry.name()))
                        .toList(),
                list.unread());
    }

    /**
     * A picture with all its pixels.
     *
     * @throws IOException if it can't be read, or has more pixels than are decoded
     * @throws OutOfMemoryError if memory does not hold what its header announces
     */
    public static Picture read(Path file, Background background) throws IOException {
        Picture.Size announced = PictureReader.header(file).size();
        Picture picture = PictureReader.read(file, new Rendering(background));
        if (!picture.size().equals(announced)) {
            throw new IOException(String.format(
                    Locale.ROOT, "its %s pixels are more than are decoded; cut it into several pictures", announced));
        }
        return picture;
    }
}
