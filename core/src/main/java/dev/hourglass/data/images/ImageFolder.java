package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Folders;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of a folder as samples [height, width, channels], in the order of their names, decoded on all processors. If
 * they lie in folders inside it, one for each class, those are the labels, in the order of their names too. A picture that
 * can't be read is skipped and listed; all others have to be of one size, or are brought to it.
 *
 * @param data the pictures that could be read, named as the folder, normalized as pixels: from 0 to 1
 */
public record ImageFolder(Dataset data, List<Skipped> skipped) {
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
        PictureOptions wanted = sampleShape == null ? options : forShape(folder, sampleShape, options);
        PictureList list = PictureList.of(folder);
        try (PictureWorkers workers = PictureWorkers.of(Runtime.getRuntime().availableProcessors())) {
            return decode(FoundPictures.in(list, workers), wanted, workers);
        }
    }

    /** The folder of those to test by, where pictures to train on and to test by lie in two folders of this one. */
    public static Optional<Path> testPart(Path folder) {
        return PictureList.parts(folder).map(Folders.Parts::test);
    }

    /** Whether a file is a picture by its name, one that is read or not. */
    public static boolean isPicture(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return PictureFormat.allSuffixes().stream().anyMatch(name::endsWith)
                || PictureFormat.unread(name).isPresent();
    }

    private static PictureOptions forShape(Path folder, Shape wanted, PictureOptions options) {
        return forShape(wanted, options)
                .orElseThrow(() -> new DatasetException("Can't read " + folder
                        + ": the pictures of a folder are [height, width, 1] or [height, width, 3], and can't become "
                        + wanted + ". Use another model or other data."));
    }

    /** Options with the size and colour of a sample; empty if pictures don't have that shape. */
    static Optional<PictureOptions> forShape(Shape wanted, PictureOptions options) {
        boolean picture =
                wanted.rank() == 3 && (wanted.dimension(2) == Picture.GRAY || wanted.dimension(2) == Picture.RGB);
        // A sequence model reads the rows of a gray picture one after the other.
        if (!picture && wanted.rank() != 2) {
            return Optional.empty();
        }
        boolean colour = picture && wanted.dimension(2) == Picture.RGB;
        return Optional.of(options.withSize(new Picture.Size(wanted.dimension(1), wanted.dimension(0)))
                .withColour(colour ? PictureOptions.Colour.RGB : PictureOptions.Colour.GREY));
    }

    /** @throws DatasetException as {@link FoundPictures#size} does, or if no picture's pixels can be read */
    static ImageFolder decode(FoundPictures found, PictureOptions options, PictureWorkers workers) {
        Decoded decoded = Decoded.of(found, options, workers);
        return new ImageFolder(decoded.data(), decoded.skipped());
    }

    /**
     * Pictures with what their places tell.
     *
     * @param unlabelled in the order of {@code kept}
     * @param kept what each sample is
     * @param sizes of the pictures, before they were fitted or cut
     */
    record Decoded(
            PictureList list,
            Dataset unlabelled,
            List<PictureList.Entry> kept,
            List<Skipped> skipped,
            Map<Path, Picture.Size> sizes) {
        /** With labels, where there are classes. */
        Dataset data() {
            return labelled(unlabelled, kept);
        }

        /** @param entries what the samples are; without labels unless all have a class */
        Dataset labelled(Dataset samples, List<PictureList.Entry> entries) {
            int[] labels = entries.stream().mapToInt(PictureList.Entry::label).toArray();
            if (Arrays.stream(labels).anyMatch(label -> label < 0)) {
                return samples;
            }
            return switch (samples) {
                case ByteDataset pixels -> pixels.withLabels(bytes(labels)).withClassNames(list.classNames());
                case FloatDataset numbers -> numbers.withLabels(labels, list.classNames());
                default -> throw new IllegalStateException("pictures of an unknown kind: " + samples.getClass());
            };
        }

        static Decoded of(FoundPictures found, PictureOptions options, PictureWorkers workers) {
            return ImageFolder.decoded(found, options, workers);
        }
    }

    private static Decoded decoded(FoundPictures found, PictureOptions options, PictureWorkers workers) {
        List<FoundPictures.Found> pictures = found.readable();
        Target target = Target.of(found, options);
        int[] firsts = target.firsts(found);
        PixelStore store = PixelStore.of(firsts[pictures.size()], target.shape().size(), found.isDeep());
        Rendering[] renderings = new Rendering[workers.threads()];
        Arrays.setAll(renderings, worker -> new Rendering(options.background()));
        @Nullable String[] reasons = new String[pictures.size()];
        workers.run(pictures.size(), (worker, i) -> {
            try {
                target.read(pictures.get(i), renderings[worker], store, firsts[i]);
            } catch (IOException e) {
                reasons[i] = Failures.reason(e);
            }
            // Another size would be stretched, and what was damaged while it was written may be whole by now.
            pictures.get(i).stamp().requireUnchanged();
        });
        List<Skipped> skipped = new ArrayList<>(found.skipped());
        List<PictureList.Entry> kept = new ArrayList<>();
        Map<Path, Picture.Size> sizes = new LinkedHashMap<>();
        for (int i = 0; i < reasons.length; i++) {
            PictureList.Entry entry = pictures.get(i).entry();
            String reason = reasons[i];
            int firstKept = kept.size();
            if (reason == null) {
                sizes.put(entry.file(), pictures.get(i).header().size());
                for (PictureList.Entry sample : target.samples(pictures.get(i))) {
                    store.move(firsts[i] + kept.size() - firstKept, kept.size());
                    kept.add(sample);
                }
            } else {
                skipped.add(new Skipped(entry.file(), reason));
            }
        }
        skipped.sort(Comparator.comparing(Skipped::file));
        if (kept.isEmpty()) {
            throw FoundPictures.nothingReadable(found.list().folder(), skipped);
        }
        store.finished(kept.stream().map(PictureList.Entry::name).toList());
        Dataset samples = store.asDataset(PictureList.name(found.list().folder()), target.shape());
        return new Decoded(found.list(), samples, kept, skipped, sizes);
    }

    /** What each picture becomes. */
    private record Target(Picture.Size size, int channels, PictureOptions options) {
        static Target of(FoundPictures found, PictureOptions options) {
            Patches patches = options.patches();
            return new Target(patches == null ? found.size(options) : patches.size(), found.channels(options), options);
        }

        /** The number of each picture's first sample, and how many samples there are at the end. */
        int[] firsts(FoundPictures found) {
            Patches patches = options.patches();
            return patches == null
                    ? IntStream.rangeClosed(0, found.readable().size()).toArray()
                    : patches.firsts(found);
        }

        /** What a picture's samples are; a patch has its upper left corner behind its name. */
        List<PictureList.Entry> samples(FoundPictures.Found picture) {
            PictureList.Entry entry = picture.entry();
            Patches patches = options.patches();
            return patches == null
                    ? List.of(entry)
                    : patches.corners(picture.header().size()).stream()
                            .map(corner -> entry.withName(Patches.name(entry.name(), corner)))
                            .toList();
        }

        Shape shape() {
            return Shape.of(size.height(), size.width(), channels);
        }

        void read(FoundPictures.Found found, Rendering rendering, PixelStore store, int index) throws IOException {
            byte[] bytes = PictureReader.bytes(found.entry().file());
            Patches patches = options.patches();
            if (patches != null) {
                cut(PictureReader.read(bytes, rendering).withChannels(channels), found, patches, store, index);
                return;
            }
            Optional<byte[]> plain =
                    store.isBytes() ? PictureReader.readPlain(bytes, size, channels, rendering) : Optional.empty();
            if (plain.isPresent()) {
                store.put(index, plain.get());
                return;
            }
            // Without a fit all have the size by their headers, but of vast ones every n-th pixel is decoded.
            Fit fit = Objects.requireNonNullElse(options.fit(), Fit.STRETCH);
            Picture picture = PictureReader.read(bytes, rendering);
            store.put(index, picture.withChannels(channels).fitted(size, fit, options.background()));
        }
    }

    private static void cut(Picture picture, FoundPictures.Found found, Patches patches, PixelStore store, int first)
            throws IOException {
        if (!picture.size().equals(found.header().size())) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "its %s pixels are more than are decoded; cut it into several pictures",
                    found.header().size()));
        }
        int index = first;
        for (int[] corner : patches.corners(picture.size())) {
            store.put(index++, picture.part(corner[0], corner[1], patches.size()));
        }
    }

    private static byte[] bytes(int[] labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return bytes;
    }
}
