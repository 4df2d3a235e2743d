package dev.hourglass.data.tables.formats;

import dev.hourglass.files.RegularFile;
import dev.hourglass.tensor.CorruptFileException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The beats that an annotation file of WFDB marks, in MIT's format: 16 bits a mark, six of them its kind and ten the samples
 * since the one before. Marks of rhythms, noise and the like are passed over.
 *
 * @see <a href="https://physionet.org/physiotools/wag/annot-5.htm">the format</a>
 */
public final class WfdbBeats {
    private static final int MOST_BEATS = 1 << 24;
    private static final int LAST_KIND = 49;
    private static final int SKIP = 59;
    private static final int AUX = 63;
    /** What PhysioNet calls the kinds of beats. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "N"),
            Map.entry(2, "L"),
            Map.entry(3, "R"),
            Map.entry(4, "a"),
            Map.entry(5, "V"),
            Map.entry(6, "F"),
            Map.entry(7, "J"),
            Map.entry(8, "A"),
            Map.entry(9, "S"),
            Map.entry(10, "E"),
            Map.entry(11, "j"),
            Map.entry(12, "/"),
            Map.entry(13, "Q"),
            Map.entry(25, "B"),
            Map.entry(30, "?"),
            Map.entry(34, "e"),
            Map.entry(35, "n"),
            Map.entry(38, "f"),
            Map.entry(41, "r"));

    private long[] places = new long[64];
    private String[] names = new String[64];
    private int count;
    private int at;

    private WfdbBeats() {}

    /**
     * @return null if it marks no beats
     * @throws CorruptFileException if it is none or goes back in time
     */
    static @Nullable WfdbBeats read(Path file) throws IOException {
        WfdbBeats beats = new WfdbBeats();
        try (InputStream in = new BufferedInputStream(RegularFile.open(file), 1 << 16)) {
            long place = 0;
            for (int mark = word(in, file); mark != 0; mark = word(in, file)) {
                int kind = mark >>> 10;
                int number = mark & 0x3FF;
                if (kind == SKIP) {
                    // The high half comes first.
                    int high = word(in, file);
                    place += (high << 16) | word(in, file);
                } else if (kind == AUX) {
                    int text = number + (number & 1);
                    if (in.readNBytes(text).length < text) {
                        throw corrupt(file, "a text of " + number + " bytes", "the end of the file");
                    }
                } else if (kind <= LAST_KIND) {
                    place += number;
                    beats.add(place, NAMES.get(kind), file);
                }
            }
        }
        return beats.count == 0 ? null : beats;
    }

    private static int word(InputStream in, Path file) throws IOException {
        int low = in.read();
        int high = in.read();
        if (high < 0) {
            throw corrupt(file, "a mark of 0 at its end", "the end without one");
        }
        return high << 8 | low;
    }

    private void add(long place, @Nullable String name, Path file) {
        if (name == null) {
            return;
        }
        if (place < 0 || (count > 0 && place < places[count - 1]) || count == MOST_BEATS) {
            throw corrupt(file, "marks in the order of their times", "one before another, or too many");
        }
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
            names = Arrays.copyOf(names, 2 * count);
        }
        places[count] = place;
        names[count++] = name;
    }

    /** The class of the beat nearest to a sample; of two as near, the later. Samples are asked for in their order. */
    String nearest(long sample) {
        while (at + 1 < count && places[at + 1] - sample <= sample - places[at]) {
            at++;
        }
        return names[at];
    }

    private static CorruptFileException corrupt(Path file, String expected, String found) {
        return new CorruptFileException(file, expected, found, "Get the file again, or take it away to read no beats.");
    }
}
