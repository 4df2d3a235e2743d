package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of a folder as samples [height, width, channels], in the order of their names, decoded on all processors. If
 * they lie in folders inside it, one for each class, those are the labels, in the order of their names too. A picture that
 * can't be read is skipped and listed; all others have to be of one size, or are brought to it.
 *
 * @param data the pictures that could be read, named as the folder, normalized as pixels: from 0 to 1
 */
public record ImageFolder(Dataset data, List<Skipped> skipped) {
    private static final int MAX_PICTURES = 1 << 24;

    /**
     * A picture that could not be read.
     *
     * @param reason in words
     */
    public record Skipped(Path file, String reason) {}

    public ImageFolder {
        skipped = List.copyOf(skipped);
    }

    /**
     * Reads pictures as samples for a model.
     *
     * @param sampleShape [height, width, 1] for gray or [height, width, 3], or of two dimensions for the rows of gray
     *     ones; null leaves size and colour to the options
     * @throws DatasetException if there is no picture that can be read, their sizes are others, or the folder can't be
     *     read
     */
    public static ImageFolder read(Path folder, @Nullable Shape sampleShape, PictureOptions options) {
        return read(PictureList.of(folder), sampleShape == null ? options : forShape(folder, sampleShape, options));
    }

    static ImageFolder read(PictureList list, PictureOptions options) {
        try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
            Found found = Found.in(List.of(list), options, workers);
            return found.decode(list, options.background(), workers);
        }
    }

    private static PictureOptions forShape(Path folder, Shape wanted, PictureOptions options) {
        boolean picture =
                wanted.rank() == 3 && (wanted.dimension(2) == Picture.GRAY || wanted.dimension(2) == Picture.RGB);
        // A sequence model reads the rows of a gray picture one after the other.
        if (!picture && wanted.rank() != 2) {
            throw new DatasetException("Can't read " + folder + ": the pictures of a folder are [height, width, 1] or"
                    + " [height, width, 3], and can't become " + wanted + ". Use another model or other data.");
        }
        boolean colour = picture && wanted.dimension(2) == Picture.RGB;
        return options.withSize(new Picture.Size(wanted.dimension(1), wanted.dimension(0)))
                .withColour(colour ? PictureOptions.Colour.RGB : PictureOptions.Colour.GREY);
    }

    /**
     * What the headers of all pictures say together, and so what each becomes.
     *
     * @param deep whether any has 16 bits
     * @param fit null where all have this size
     */
    record Found(
            Picture.Size size,
            int channels,
            boolean deep,
            @Nullable Fit fit) {
        /** @throws DatasetException if there is no picture, or sizes differ and nobody says how to fit them */
        static Found in(List<PictureList> lists, PictureOptions options, Workers workers) {
            Path folder = lists.getFirst().folder();
            List<PictureList.Entry> entries =
                    lists.stream().flatMap(list -> list.entries().stream()).toList();
            PictureReader.@Nullable Header[] headers = new PictureReader.Header[entries.size()];
            @Nullable String[] reasons = new String[entries.size()];
            workers.run(entries.size(), (worker, i) -> {
                try {
                    headers[i] = PictureReader.header(entries.get(i).file());
                } catch (IOException e) {
                    reasons[i] = Failures.reason(e);
                }
            });
            List<Skipped> skipped = new ArrayList<>();
            for (int i = 0; i < reasons.length; i++) {
                String reason = reasons[i];
                if (reason != null) {
                    skipped.add(new Skipped(entries.get(i).file(), reason));
                }
            }
            List<PictureReader.Header> read =
                    Arrays.stream(headers).filter(Objects::nonNull).toList();
            if (read.isEmpty()) {
                throw nothingReadable(folder, skipped);
            }
            Picture.Size size =
                    Objects.requireNonNullElse(options.size(), read.getFirst().size());
            if (options.fit() == null) {
                requireSize(folder, size, entries, headers);
            }
            PictureOptions.Colour colour = options.colour();
            boolean anyColour = read.stream().anyMatch(PictureReader.Header::colour);
            int channels = colour != null ? colour.channels() : anyColour ? Picture.RGB : Picture.GRAY;
            return new Found(size, channels, read.stream().anyMatch(PictureReader.Header::deep), options.fit());
        }

        ImageFolder decode(PictureList list, Background background, Workers workers) {
            Path folder = list.folder();
            List<PictureList.Entry> entries = list.entries();
            Shape shape = Shape.of(size.height(), size.width(), channels);
            if (entries.size() > MAX_PICTURES) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: expected at most %,d pictures, found %,d. Take fewer.",
                        folder,
                        MAX_PICTURES,
                        entries.size()));
            }
            PixelStore store = PixelStore.of(entries.size(), shape.size(), deep);
            @Nullable String[] reasons = new String[entries.size()];
            workers.run(entries.size(), (worker, i) -> {
                try {
                    store.put(i, decode(entries.get(i).file(), background));
                } catch (IOException e) {
                    reasons[i] = Failures.reason(e);
                }
            });
            List<Skipped> unread = new ArrayList<>();
            List<PictureList.Entry> kept = new ArrayList<>();
            for (int i = 0; i < reasons.length; i++) {
                String reason = reasons[i];
                if (reason == null) {
                    store.move(i, kept.size());
                    kept.add(entries.get(i));
                } else {
                    unread.add(new Skipped(entries.get(i).file(), reason));
                }
            }
            if (kept.isEmpty()) {
                throw nothingReadable(folder, unread);
            }
            store.finished(kept.stream().map(PictureList.Entry::name).toList());
            int[] labels = kept.stream().mapToInt(PictureList.Entry::label).toArray();
            return new ImageFolder(dataset(PictureList.name(folder), shape, store, labels, list.classNames()), unread);
        }

        private Picture decode(Path file, Background background) throws IOException {
            Picture picture = FileStamp.whileUnchanged(file, () -> PictureReader.read(file, background));
            return picture.withChannels(channels).fitted(size, fit == null ? Fit.STRETCH : fit, background);
        }

        private static Dataset dataset(
                String name, Shape shape, PixelStore store, int[] labels, List<String> classNames) {
            if (store.isBytesInMemory()) {
                byte[] all = store.bytes();
                int used = store.size() * shape.size();
                byte[] samples = used == all.length ? all : Arrays.copyOf(all, used);
                ByteDataset data = ByteDataset.of(name, shape, Normalization.PIXELS, samples)
                        .withSampleNames(store.names());
                return classNames.isEmpty()
                        ? data
                        : data.withLabels(bytes(labels)).withClassNames(classNames);
            }
            FloatDataset data = FloatDataset.of(name, shape, store).withNormalization(Normalization.PIXELS);
            return classNames.isEmpty() ? data : data.withLabels(labels, classNames);
        }

        private static byte[] bytes(int[] labels) {
            byte[] bytes = new byte[labels.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) labels[i];
            }
            return bytes;
        }
    }

    private static void requireSize(
            Path folder,
            Picture.Size wanted,
            List<PictureList.Entry> entries,
            PictureReader.@Nullable Header[] headers) {
        int others = 0;
        int readable = 0;
        String example = "";
        for (int i = 0; i < headers.length; i++) {
            PictureReader.Header header = headers[i];
            readable += header == null ? 0 : 1;
            if (header != null && !header.size().equals(wanted)) {
                example = others == 0 ? entries.get(i).name() + " with " + header.size() : example;
                others++;
            }
        }
        if (others > 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: expected pictures of %s pixels, found %,d of %,d with other sizes, such as %s."
                            + " Choose how to fit them (crop, pad or stretch), or take them out.",
                    folder,
                    wanted,
                    others,
                    readable,
                    example));
        }
    }

    private static DatasetException nothingReadable(Path folder, List<Skipped> skipped) {
        if (skipped.isEmpty()) {
            return new DatasetException(
                    "Can't read " + folder + ": expected pictures (" + String.join(", ", PictureFormat.allSuffixes())
                            + ") in it or in folders of it, found none. Give another folder.");
        }
        Skipped first = skipped.getFirst();
        return new DatasetException(String.format(
                Locale.ROOT,
                "Can't read %s: none of its %,d pictures can be read, such as %s (%s). Check them.",
                folder,
                skipped.size(),
                folder.relativize(first.file),
                first.reason));
    }
}
