package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reader of MATLAB's MAT files of level 5 (also called 6 and 7), with arrays of numbers, packed or not; the first dimension
 * counts the samples, and a row of numbers counts as a column. Cells, structures, texts, sparse and complex arrays are left
 * out. MATLAB keeps the first dimension together; a sample is gathered from its numbers' places.
 *
 * <p>Read without a library: what a file claims is held against its length before anything is allocated, and whoever does
 * that has read the format.
 *
 * @see <a href="https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf">MAT-File Format</a>
 */
public final class MatFile implements ArrayFile {
    private static final int HEADER_BYTES = 128;
    private static final int MATRIX = 14;
    private static final int PACKED = 15;
    private static final int WHOLE_32 = 5;
    private static final int UNSIGNED_32 = 6;
    private static final int TEXT_8 = 1;
    private static final int DOUBLE_CLASS = 6;
    private static final int BYTE_CLASS = 9;
    private static final int LAST_CLASS = 15;
    private static final int COMPLEX = 0x800;
    private static final int LOGICAL = 0x200;
    private static final int HEAD_BYTES = 1 << 12;
    private static final int MOST_ARRAYS = 10_000;
    private static final int MOST_RANK = 32;
    private static final String WAY_OUT = "Save it again with save -v7.";

    private final Path file;
    private final MemorySegment bytes;
    private final FileStamp stamp;
    private final ByteOrder order;
    private final ValueLayout.OfInt ints;
    private final Map<Entry, Variable> variables = new LinkedHashMap<>();
    private final Map<String, CorruptFileException> leftOut = new LinkedHashMap<>();

    /**
     * An array.
     *
     * @param element its bytes in the file, behind the tag
     * @param packed how many bytes they inflate to; 0 where they are not packed
     * @param dimensions as MATLAB has them
     * @param kind the class of the array and its marks
     * @param type of the numbers
     * @param numbersAt where they begin in the element, inflated where it is packed
     */
    private record Variable(
            MemorySegment element, long packed, int[] dimensions, int kind, NpyType type, long numbersAt) {
        boolean isDouble() {
            return (kind & 0xFF) == DOUBLE_CLASS;
        }

        /** Logical arrays are kept as bytes of 0 and 1. */
        boolean isPixels() {
            return (kind & 0xFF) == BYTE_CLASS && (kind & LOGICAL) == 0;
        }
    }

    /** A tag: what follows, where, and where the next one is. */
    private record Tag(int type, long size, long at, long next) {}

    private MatFile(Path file, MemorySegment bytes, FileStamp stamp, ByteOrder order) {
        this.file = file;
        this.bytes = bytes;
        this.stamp = stamp;
        this.order = order;
        ints = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
    }

    /**
     * Reads the headers of all arrays.
     *
     * @throws CorruptFileException if the file is not what it has to be, or has no array of numbers
     * @throws DatasetException if it can't be read
     */
    public static MatFile open(Path file) {
        return MappedFile.open(file, mapped -> {
            MatFile mat = new MatFile(file, mapped.bytes(), mapped.stamp(), order(file, mapped.bytes()));
            mat.readVariables();
            return mat;
        });
    }

    private static ByteOrder order(Path file, MemorySegment bytes) {
        int mark = bytes.byteSize() < HEADER_BYTES
                ? 0
                : bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), HEADER_BYTES - 4);
        return switch (mark) {
            case 0x0001494d -> ByteOrder.LITTLE_ENDIAN;
            case 0x01004d49 -> ByteOrder.BIG_ENDIAN;
            case 0x0002494d ->
                throw new CorruptFileException(
                        file, "a MAT file of level 5", "one of level 7.3, which is HDF5", WAY_OUT);
            default -> throw new CorruptFileException(file, "a MAT file of level 5", "another header", WAY_OUT);
        };
    }

    private void readVariables() {
        long at = HEADER_BYTES;
        long inflated = 0;
        while (at <= bytes.byteSize() - 8) {
            Tag tag = tag(bytes, at);
            if (tag.size > bytes.byteSize() - tag.at) {
                throw corrupt(
                        String.format(Locale.ROOT, "%,d bytes of an array at byte %,d", tag.size, at),
                        String.format(Locale.ROOT, "%,d up to the end of the file", bytes.byteSize() - tag.at));
            }
            MemorySegment element = bytes.asSlice(tag.at, tag.size);
            if (tag.type == MATRIX) {
                variable(element, element, 0);
            } else if (tag.type == PACKED && tag.size > 0) {
                inflated += packed(element);
            }
            if (variables.size() > MOST_ARRAYS) {
                throw corrupt(String.format(Locale.ROOT, "at most %,d arrays", MOST_ARRAYS), "more");
            }
            at = tag.type == PACKED ? tag.at + tag.size : tag.next;
        }
        if (!Inflation.isHonest(inflated, bytes.byteSize())) {
            throw new CorruptFileException(
                    file,
                    String.format(
                            Locale.ROOT, "arrays at most %d times as large as the file", Inflation.MOST_EXPANSION),
                    Failures.size(inflated) + " in " + Failures.size(bytes.byteSize()),
                    "If it is what you made, save the array with save -v6.");
        }
        if (variables.isEmpty()) {
            throw corrupt("an array of numbers that are not complex, sparse or in a cell", "none");
        }
    }

    /** @return how many bytes it claims to inflate to */
    private long packed(MemorySegment element) {
        byte[] begin = new byte[8];
        inflate(element, MemorySegment.ofArray(begin), false);
        Tag inner = tag(MemorySegment.ofArray(begin), 0);
        if (inner.type != MATRIX || inner.at != 8) {
            return 0;
        }
        byte[] head = new byte[(int) Math.min(HEAD_BYTES, 8 + inner.size)];
        inflate(element, MemorySegment.ofArray(head), false);
        variable(element, MemorySegment.ofArray(head).asSlice(8), 8 + inner.size);
        return 8 + inner.size;
    }

    private void inflate(MemorySegment element, MemorySegment into, boolean all) {
        try {
            Inflation.inflate(element, true, into, all);
        } catch (Inflation.OtherBytesException e) {
            throw corrupt(String.format(Locale.ROOT, "an array of %,d bytes", into.byteSize()), "others");
        }
    }

    /**
     * Adds an array if it is one of numbers.
     *
     * @param head of the array, inflated
     * @param packed as {@link Variable#packed}
     */
    private void variable(MemorySegment element, MemorySegment head, long packed) {
        Tag flags = tag(head, 0);
        if (flags.type != UNSIGNED_32 || flags.size != 8 || flags.at + 8 > head.byteSize()) {
            throw corrupt("the kind of an array", "other bytes");
        }
        int kind = head.get(ints, flags.at);
        int arrayClass = kind & 0xFF;
        if (arrayClass < DOUBLE_CLASS || arrayClass > LAST_CLASS || (kind & COMPLEX) != 0) {
            leaveOut(head, flags.next);
            return;
        }
        Tag sizes = tag(head, flags.next);
        long rank = sizes.size / 4;
        if (sizes.type != WHOLE_32 || rank < 2 || rank > MOST_RANK || sizes.at + sizes.size > head.byteSize()) {
            throw corrupt("2 to 32 dimensions of an array", String.format(Locale.ROOT, "%,d", rank));
        }
        Tag name = tag(head, sizes.next);
        if (name.type != TEXT_8 || name.at + name.size > head.byteSize()) {
            throw corrupt("the name of an array", "other bytes");
        }
        String text = text(head, name);
        Tag numbers = tag(head, name.next);
        NpyType type = type(numbers.type);
        if (type == null) {
            throw corrupt("numbers of '" + Excerpt.of(text) + "'", "type " + numbers.type);
        }
        int[] dimensions = new int[(int) rank];
        long left = numbers.size / type.bytes();
        for (int i = 0; i < rank; i++) {
            dimensions[i] = head.get(ints, sizes.at + 4L * i);
            if (dimensions[i] == 0) {
                return;
            }
            if (dimensions[i] < 0 || dimensions[i] > left) {
                throw corrupt(
                        String.format(Locale.ROOT, "numbers for all dimensions of '%s'", Excerpt.of(text)),
                        String.format(Locale.ROOT, "%,d bytes", numbers.size));
            }
            left /= dimensions[i];
        }
        long place = packed == 0 ? numbers.at : 8 + numbers.at;
        long all = packed == 0 ? element.byteSize() : packed;
        if (numbers.size > all - place) {
            throw corrupt(
                    String.format(Locale.ROOT, "%,d bytes of '%s'", numbers.size, Excerpt.of(text)),
                    String.format(Locale.ROOT, "%,d", Math.max(0, all - place)));
        }
        variables.put(new Entry(text, shape(dimensions)), new Variable(element, packed, dimensions, kind, type, place));
    }

    /** Keeps the name of an array that is none of plain numbers, where it can be read. */
    private void leaveOut(MemorySegment head, long sizesAt) {
        long nameAt = sizesAt > head.byteSize() - 8 ? sizesAt : tag(head, sizesAt).next;
        if (nameAt > head.byteSize() - 8 || leftOut.size() == MOST_ARRAYS) {
            return;
        }
        Tag name = tag(head, nameAt);
        if (name.type == TEXT_8 && name.size > 0 && name.at + name.size <= head.byteSize()) {
            String text = text(head, name);
            leftOut.put(
                    text,
                    corrupt("numbers that are not complex or sparse", "other things in '" + Excerpt.of(text) + "'"));
        }
    }

    private static String text(MemorySegment head, Tag tag) {
        return new String(head.asSlice(tag.at, tag.size).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static @Nullable NpyType type(int code) {
        return switch (code) {
            case 1 -> NpyType.I1;
            case 2 -> NpyType.U1;
            case 3 -> NpyType.I2;
            case 4 -> NpyType.U2;
            case 5 -> NpyType.I4;
            case 6 -> NpyType.U4;
            case 7 -> NpyType.F4;
            case 9 -> NpyType.F8;
            case 12 -> NpyType.I8;
            case 13 -> NpyType.U8;
            default -> null;
        };
    }

    /** A row of numbers counts as a column. */
    private static List<Integer> shape(int[] dimensions) {
        List<Integer> shape = new ArrayList<>();
        for (int dimension : dimensions) {
            shape.add(dimension);
        }
        return shape.size() == 2 && shape.getFirst() == 1 ? List.of(shape.getLast()) : shape;
    }

    private Tag tag(MemorySegment from, long at) {
        if (at < 0 || at > from.byteSize() - 8) {
            throw corrupt("a whole array", "one that is cut short");
        }
        int first = from.get(ints, at);
        if (first >>> 16 != 0) {
            return new Tag(first & 0xFFFF, first >>> 16, at + 4, at + 8);
        }
        long size = Integer.toUnsignedLong(from.get(ints, at + 4));
        return new Tag(first, size, at + 8, at + 8 + (size + 7) / 8 * 8);
    }

    private Numbers numbers(Entry entry) {
        Variable variable = variables.get(entry);
        if (variable == null) {
            throw new IllegalArgumentException("no array " + entry + " in " + file);
        }
        MemorySegment whole = variable.element;
        if (variable.packed > 0) {
            whole = variable.packed <= ScratchFile.MOST_BYTES_IN_MEMORY
                    ? Arena.ofAuto().allocate(variable.packed)
                    : ScratchFile.mapped(variable.packed, "numbers");
            try {
                inflate(variable.element, whole, true);
            } catch (InternalError e) {
                throw stamp.cutShort(e);
            }
        }
        List<Integer> shape = entry.shape();
        boolean row = shape.size() < variable.dimensions.length;
        int[] inner = row
                ? new int[0]
                : shape.subList(1, shape.size()).stream().mapToInt(i -> i).toArray();
        int count = shape.getFirst();
        return new Numbers(this, variable, whole, count, places(count, inner));
    }

    /** Of each number of a sample, the place beyond that of the first in numbers: here the last index runs fastest, there the first. */
    private long[] places(int count, int[] inner) {
        long size = 1;
        for (int dimension : inner) {
            size *= dimension;
            if (size > Integer.MAX_VALUE - 64) {
                throw corrupt("samples that fit an array", "larger ones");
            }
        }
        long[] places = new long[(int) size];
        int[] index = new int[inner.length];
        for (int i = 0; i < size; i++) {
            long stride = count;
            for (int axis = 0; axis < inner.length; axis++) {
                places[i] += index[axis] * stride;
                stride *= inner[axis];
            }
            for (int axis = inner.length - 1; axis >= 0 && ++index[axis] == inner[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return places;
    }

    @Override
    public List<Entry> entries() {
        return new ArrayList<>(variables.keySet());
    }

    @Override
    public Map<String, CorruptFileException> leftOut() {
        return Collections.unmodifiableMap(leftOut);
    }

    @Override
    public FloatDataset samples(Entry entry) {
        Numbers numbers = numbers(entry);
        int[] sample = entry.shape().size() == 1
                ? new int[] {1}
                : entry.shape().subList(1, entry.shape().size()).stream()
                        .mapToInt(i -> i)
                        .toArray();
        Shape shape;
        try {
            shape = Shape.of(sample);
        } catch (ShapeException e) {
            throw corrupt("samples that fit an array", String.valueOf(e.getMessage()));
        }
        FloatDataset data = FloatDataset.of(String.valueOf(file.getFileName()), shape, numbers);
        return numbers.variable.isPixels() ? data.withNormalization(Normalization.PIXELS) : data;
    }

    /** MATLAB keeps whole numbers as fractions. */
    @Override
    public int[] labels(Entry entry) {
        Numbers numbers = numbers(entry);
        if (numbers.sampleSize() != 1) {
            throw corrupt("labels [samples] in " + entry, "more numbers a sample");
        }
        int[] labels = new int[numbers.size()];
        double[] one = new double[1];
        for (int i = 0; i < labels.length; i++) {
            numbers.copy(i, one, 0);
            if (!(one[0] >= 0 && one[0] <= Integer.MAX_VALUE) || one[0] != Math.rint(one[0])) {
                throw corrupt("labels of 0 to 2,147,483,647 in " + entry, String.valueOf(one[0]));
            }
            labels[i] = (int) one[0];
        }
        return labels;
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(file, expected, found, WAY_OUT);
    }

    private record Numbers(MatFile mat, Variable variable, MemorySegment whole, int size, long[] places)
            implements SampleStore {
        @Override
        public int sampleSize() {
            return places.length;
        }

        private double number(int index, int i) {
            long at = variable.numbersAt + (index + places[i]) * variable.type.bytes();
            return variable.type.number(whole, at, mat.order);
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            try {
                for (int i = 0; i < places.length; i++) {
                    into[offset + i] = (float) number(index, i);
                }
                FileStamp.awaitFault();
            } catch (InternalError e) {
                throw mat.stamp.cutShort(e); // the JVM's answer to a page that the file no longer has
            }
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            try {
                for (int i = 0; i < places.length; i++) {
                    into[offset + i] = number(index, i);
                }
                FileStamp.awaitFault();
            } catch (InternalError e) {
                throw mat.stamp.cutShort(e);
            }
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            if (isDouble()) {
                double[] exact = new double[places.length];
                copy(index, exact, 0);
                normalization.apply(MemorySegment.ofArray(exact), 0, into, offset, exact.length);
            } else {
                copy(index, into, offset);
                normalization.apply(into, offset, places.length);
            }
        }

        @Override
        public boolean isDouble() {
            return variable.isDouble();
        }

        @Override
        public void requireUnchanged() {
            mat.stamp.requireUnchanged();
        }
    }
}
