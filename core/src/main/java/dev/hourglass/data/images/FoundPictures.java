package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a folder by their headers, before any pixel is decoded.
 *
 * @param readable at least one, in the order of their names
 * @param skipped those whose headers can't be read
 */
record FoundPictures(PictureList list, List<Found> readable, List<ImageFolder.Skipped> skipped) {
    private static final int MAX_PICTURES = 1 << 24;
    /** That a message names. */
    private static final int MOST_SIZES = 5;

    /**
     * A picture whose header could be read.
     *
     * @param stamp of its file before that: what the header says holds for a file that has not changed since
     */
    record Found(PictureList.Entry entry, PictureReader.Header header, FileStamp stamp) {
        static Found of(PictureList.Entry entry) throws IOException {
            FileStamp stamp = FileStamp.of(entry.file());
            try {
                return new Found(entry, PictureReader.header(entry.file()), stamp);
            } catch (IOException e) {
                stamp.requireUnchanged();
                throw e;
            }
        }
    }

    FoundPictures {
        readable = List.copyOf(readable);
        skipped = List.copyOf(skipped);
    }

    /** @throws DatasetException if there are too many, or none that can be read */
    static FoundPictures in(PictureList list, PictureWorkers workers) {
        List<PictureList.Entry> entries = list.entries();
        if (entries.size() > MAX_PICTURES) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: expected at most %,d pictures, found %,d. Take fewer.",
                    list.folder(),
                    MAX_PICTURES,
                    entries.size()));
        }
        @Nullable Found[] found = new Found[entries.size()];
        @Nullable String[] reasons = new String[entries.size()];
        workers.run(entries.size(), (worker, i) -> {
            try {
                found[i] = Found.of(entries.get(i));
            } catch (IOException e) {
                reasons[i] = Failures.reason(e);
            }
        });
        List<Found> readable = new ArrayList<>();
        List<ImageFolder.Skipped> skipped = new ArrayList<>(list.unread());
        for (int i = 0; i < found.length; i++) {
            Found picture = found[i];
            String reason = reasons[i];
            if (picture != null) {
                readable.add(picture);
            } else if (reason != null) {
                skipped.add(new ImageFolder.Skipped(entries.get(i).file(), reason));
            }
        }
        if (readable.isEmpty()) {
            throw nothingReadable(list.folder(), skipped);
        }
        return new FoundPictures(list, readable, skipped);
    }

    /**
     * What each becomes.
     *
     * @throws DatasetException if sizes differ and nobody says how to fit them
     */
    Picture.Size size(PictureOptions options) {
        Picture.Size size = Objects.requireNonNullElse(
                options.size(), readable.getFirst().header().size());
        if (options.fit() == null) {
            requireSize(size);
        }
        return size;
    }

    int channels(PictureOptions options) {
        PictureOptions.Colour colour = options.colour();
        if (colour != null) {
            return colour.channels();
        }
        return readable.stream().anyMatch(picture -> picture.header().colour()) ? Picture.RGB : Picture.GRAY;
    }

    /** Whether any has 16 bits. */
    boolean isDeep() {
        return readable.stream().anyMatch(picture -> picture.header().deep());
    }

    private void requireSize(Picture.Size wanted) {
        Map<Picture.Size, List<Found>> bySize = new LinkedHashMap<>();
        readable.forEach(picture -> bySize.computeIfAbsent(picture.header().size(), size -> new ArrayList<>())
                .add(picture));
        List<Found> right = bySize.getOrDefault(wanted, List.of());
        bySize.remove(wanted);
        if (!bySize.isEmpty()) {
            String sizes = bySize.entrySet().stream()
                    .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
                    .limit(MOST_SIZES)
                    .map(entry -> String.format(
                            Locale.ROOT,
                            "%s (%,d, such as %s)",
                            entry.getKey(),
                            entry.getValue().size(),
                            entry.getValue().getFirst().entry().name()))
                    .collect(Collectors.joining(", "));
            int more = bySize.size() - MOST_SIZES;
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: expected pictures of %s pixels, found %,d of %,d with other sizes: %s%s. Choose a"
                            + " size and how to fit them, such as 'size: [%d, %d]' and 'fit: crop' (or pad, stretch) in a"
                            + " recipe or --fit crop for a command ('evaluate --patches 16' and 'denoise' take all sizes), or take"
                            + " them out.",
                    list.folder(),
                    wanted,
                    readable.size() - right.size(),
                    readable.size(),
                    sizes,
                    more > 0 ? String.format(Locale.ROOT, " and %,d other sizes", more) : "",
                    wanted.height(),
                    wanted.width()));
        }
    }

    static DatasetException nothingReadable(Path folder, List<ImageFolder.Skipped> skipped) {
        if (skipped.isEmpty()) {
            return new DatasetException(
                    "Can't read " + folder + ": expected pictures (" + String.join(", ", PictureFormat.allSuffixes())
                            + ") in it or in folders of it, found none. Give another folder.");
        }
        ImageFolder.Skipped first = skipped.getFirst();
        return new DatasetException(String.format(
                Locale.ROOT,
                "Can't read %s: none of its %,d pictures can be read, such as %s (%s). Check them.",
                folder,
                skipped.size(),
                first.file().startsWith(folder) ? folder.relativize(first.file()) : first.file(),
                first.reason()));
    }
}
