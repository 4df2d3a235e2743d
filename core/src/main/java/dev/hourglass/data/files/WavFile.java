package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reader of WAV files: whole numbers of 8, 16, 24 and 32 bits, as -1 to 1, and fractions of 32 and 64 bits as they are. One
 * array, {@code frames} [frames, channels]. The file is mapped into memory and read as frames are asked for.
 *
 * @see <a href="https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html">the format</a>
 */
public final class WavFile implements ArrayFile {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int RIFF = 0x46464952;
    private static final int WAVE = 0x45564157;
    private static final int FORMAT = 0x20746d66;
    private static final int DATA = 0x61746164;
    private static final int WHOLE = 1;
    private static final int FRACTION = 3;
    private static final int EXTENSIBLE = 0xFFFE;
    private static final int MOST_CHANNELS = 1 << 10;
    private static final String WAY_OUT = "Get the file again, or save it as PCM.";

    private final Path file;
    private final MemorySegment bytes;
    private final FileStamp stamp;
    private int code;
    private int bits;
    private int channels;
    private int framesPerSecond;
    private long dataAt;
    private int frames;

    private WavFile(Path file, MemorySegment bytes, FileStamp stamp) {
        this.file = file;
        this.bytes = bytes;
        this.stamp = stamp;
    }

    /**
     * @throws CorruptFileException if the file is not what it has to be
     * @throws DatasetException if it can't be read
     */
    public static WavFile open(Path file) {
        return MappedFile.open(file, mapped -> {
            WavFile wav = new WavFile(file, mapped.bytes(), mapped.stamp());
            wav.readChunks();
            return wav;
        });
    }

    private void readChunks() {
        long size = bytes.byteSize();
        if (size < 12 || bytes.get(INT, 0) != RIFF || bytes.get(INT, 8) != WAVE) {
            throw corrupt("RIFF and WAVE at the beginning", "other bytes");
        }
        for (long at = 12; at <= size - 8; ) {
            int chunk = bytes.get(INT, at);
            long length = Integer.toUnsignedLong(bytes.get(INT, at + 4));
            if (length > size - at - 8) {
                throw corrupt(
                        String.format(Locale.ROOT, "%,d bytes of a part at byte %,d", length, at),
                        String.format(Locale.ROOT, "%,d up to the end of the file", size - at - 8));
            }
            if (chunk == FORMAT) {
                readFormat(at + 8, length);
            } else if (chunk == DATA) {
                if (channels == 0) {
                    throw corrupt("the format before the data", "none");
                }
                dataAt = at + 8;
                long count = length / ((long) channels * (bits / 8));
                if (count == 0 || count > Integer.MAX_VALUE - 64) {
                    throw corrupt("1 to 2,147,483,583 frames", String.format(Locale.ROOT, "%,d", count));
                }
                frames = (int) count;
                return;
            }
            at += 8 + length + (length & 1);
        }
        throw corrupt("a part with the data", "none");
    }

    private void readFormat(long at, long length) {
        if (length < 16) {
            throw corrupt("16 bytes or more of a format", String.format(Locale.ROOT, "%,d", length));
        }
        code = Short.toUnsignedInt(bytes.get(SHORT, at));
        channels = Short.toUnsignedInt(bytes.get(SHORT, at + 2));
        framesPerSecond = bytes.get(INT, at + 4);
        bits = Short.toUnsignedInt(bytes.get(SHORT, at + 14));
        if (code == EXTENSIBLE && length >= 26) {
            code = Short.toUnsignedInt(bytes.get(SHORT, at + 24));
        }
        boolean known = code == WHOLE
                ? bits == 8 || bits == 16 || bits == 24 || bits == 32
                : code == FRACTION && (bits == 32 || bits == 64);
        if (!known) {
            throw corrupt(
                    "whole numbers of 8, 16, 24 or 32 bits (format 1), or fractions of 32 or 64 (format 3)",
                    "format " + code + " of " + bits + " bits");
        }
        if (channels < 1 || channels > MOST_CHANNELS) {
            throw corrupt("1 to 1,024 channels", String.format(Locale.ROOT, "%,d", channels));
        }
    }

    /**
     * The sampling rate, in Hz.
     *
     * @throws CorruptFileException if the file has none that can be
     */
    public int framesPerSecond() {
        if (framesPerSecond < 1) {
            throw corrupt("1 to 2,147,483,647 frames a second", Integer.toUnsignedString(framesPerSecond));
        }
        return framesPerSecond;
    }

    /** How many frames there are, >= 1. */
    public int frames() {
        return frames;
    }

    /** Numbers of a frame, >= 1. */
    public int channels() {
        return channels;
    }

    /** Of a number as the file stores it. */
    public int bits() {
        return bits;
    }

    private float number(long at) {
        if (code == FRACTION) {
            return bits == 32 ? bytes.get(FLOAT, at) : (float) bytes.get(DOUBLE, at);
        }
        return switch (bits) {
            case 8 -> (Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at)) - 128) / 0x1p7f;
            case 16 -> bytes.get(SHORT, at) / 0x1p15f;
            case 24 ->
                (Short.toUnsignedInt(bytes.get(SHORT, at)) | bytes.get(ValueLayout.JAVA_BYTE, at + 2) << 16) / 0x1p23f;
            default -> bytes.get(INT, at) / 0x1p31f;
        };
    }

    @Override
    public List<Entry> entries() {
        return List.of(new Entry("frames", List.of(frames, channels)));
    }

    @Override
    public Map<String, CorruptFileException> leftOut() {
        return Map.of();
    }

    @Override
    public FloatDataset samples(Entry entry) {
        return FloatDataset.of(String.valueOf(file.getFileName()), Shape.of(channels), new Frames(this));
    }

    @Override
    public int[] labels(Entry entry) {
        throw corrupt("labels as whole numbers", "sound");
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(file, expected, found, WAY_OUT);
    }

    private record Frames(WavFile wav) implements SampleStore {
        @Override
        public int size() {
            return wav.frames;
        }

        @Override
        public int sampleSize() {
            return wav.channels;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            int width = wav.bits / 8;
            long at = wav.dataAt + (long) index * wav.channels * width;
            try {
                for (int channel = 0; channel < wav.channels; channel++) {
                    into[offset + channel] = wav.number(at + (long) channel * width);
                }
                FileStamp.awaitFault();
            } catch (InternalError e) {
                throw wav.stamp.cutShort(e); // the JVM's answer to a page that the file no longer has
            }
        }

        @Override
        public void requireUnchanged() {
            wav.stamp.requireUnchanged();
        }
    }
}
