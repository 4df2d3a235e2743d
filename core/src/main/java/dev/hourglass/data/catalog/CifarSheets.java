package dev.hourglass.data.catalog;

import dev.hourglass.data.Split;
import dev.hourglass.data.files.CifarFile;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureReader;
import dev.hourglass.files.Excerpt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Rebuilds the files of CIFAR-10's binary version, see {@link CifarFile}, from an archive that has each of them as a
 * sheet: a PNG of which every row is one image of 1,024 RGB pixels. The labels of all training files and those of the
 * test file are JSON arrays.
 */
final class CifarSheets {
    private static final Map<Split, String> LABEL_FILES =
            Map.of(Split.TRAINING, "train_lables.json", Split.TEST, "test_lables.json");
    private static final int MAX_LABEL_BYTES = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private final DatasetSpec spec;
    private final GzippedTar archive;
    private final String folder;

    /** @param folder inside the archive, where the sheets lie; ends with a slash */
    CifarSheets(DatasetSpec spec, GzippedTar archive, String folder) {
        this.spec = spec;
        this.archive = archive;
        this.folder = folder;
    }

    /** What is done with a rebuilt file. */
    @FunctionalInterface
    interface Taker {
        void take(DataFile file, InputStream content) throws SourceException, IOException;
    }

    /** @throws SourceException if a sheet or the labels are missing, damaged or of other sizes */
    void rebuild(List<DataFile> files, Taker taker) throws SourceException, IOException {
        // The labels lie behind the sheets, so the archive is read twice.
        Map<Split, int[]> labels = readLabels();
        Map<String, DataFile> sheets = new LinkedHashMap<>();
        files.forEach(file -> sheets.put(folder + file.name().replace(".bin", ".png"), file));
        archive.pick(sheets.keySet(), (name, content) -> {
            DataFile file = Objects.requireNonNull(sheets.get(name));
            int[] all = Objects.requireNonNull(labels.get(file.split()));
            taker.take(file, new ByteArrayInputStream(records(file, name, content, all)));
        });
    }

    private Map<Split, int[]> readLabels() throws SourceException, IOException {
        Map<String, Split> wanted = new HashMap<>();
        LABEL_FILES.forEach((split, name) -> wanted.put(folder + name, split));
        Map<Split, int[]> labels = new HashMap<>();
        archive.pick(wanted.keySet(), (name, content) -> {
            Split split = Objects.requireNonNull(wanted.get(name));
            int[] read = parse(name, content);
            int expected =
                    spec.files(split).stream().mapToInt(CifarSheets::count).sum();
            if (read.length != expected) {
                throw new SourceException(
                        String.format(Locale.ROOT, "has %,d labels in %s, expected %,d", read.length, name, expected));
            }
            labels.put(split, read);
        });
        return labels;
    }

    private static int[] parse(String name, InputStream content) throws SourceException {
        IntStream.Builder labels = IntStream.builder();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), content.readNBytes(MAX_LABEL_BYTES))) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new SourceException("sent " + name + " damaged: expected an array of labels");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                labels.add(parser.getIntValue());
            }
        } catch (IOException | JacksonException e) {
            throw new SourceException("sent " + name + " damaged: " + Excerpt.of(Reason.of(e), 120));
        }
        return labels.build().toArray();
    }

    private byte[] records(DataFile file, String name, InputStream content, int[] labels) throws SourceException {
        int count = count(file);
        byte[] sheet;
        try {
            sheet = PictureReader.read(content, new Picture.Size(CifarFile.PIXELS, count))
                    .withChannels(Picture.RGB)
                    .pixels();
        } catch (IOException e) {
            throw new SourceException("sent " + name + " damaged: " + Reason.of(e));
        }
        int first = spec.files(file.split()).stream()
                .takeWhile(other -> !other.equals(file))
                .mapToInt(CifarSheets::count)
                .sum();
        byte[] records = new byte[count * CifarFile.RECORD_BYTES];
        for (int image = 0; image < count; image++) {
            int at = image * CifarFile.RECORD_BYTES;
            records[at] = (byte) labels[first + image];
            for (int pixel = 0; pixel < CifarFile.PIXELS; pixel++) {
                for (int channel = 0; channel < CifarFile.CHANNELS; channel++) {
                    int from = (image * CifarFile.PIXELS + pixel) * CifarFile.CHANNELS + channel;
                    records[at + 1 + channel * CifarFile.PIXELS + pixel] = sheet[from];
                }
            }
        }
        return records;
    }

    private static int count(DataFile file) {
        return (int) (file.bytes() / CifarFile.RECORD_BYTES);
    }
}
