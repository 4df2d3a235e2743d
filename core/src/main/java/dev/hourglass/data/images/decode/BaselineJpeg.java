package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;
import dev.hourglass.tensor.PixelKernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Decodes the JPEGs that cameras and programs write nearly always: one sequential scan of 8 bits coded by Huffman, gray or
 * YCbCr with chroma whole (4:4:4), halved across (4:2:2) or both ways (4:2:0), with or without restart markers. Everything else,
 * and every file that is damaged in the least, it leaves to the platform's decoder: it gives a picture only where each bit of
 * the scan was as it should be, so that nothing has to be made up. The numbers are those of libjpeg (its accurate
 * whole-number DCT and smoothed chroma), to the bit. For one thread; keeps its memory for the next picture.
 *
 * <p>Blocks lie beside each other, coefficient by coefficient ([64 coefficients][64 blocks]), so that many blocks
 * are transformed by the same instructions; rows of pixels lie apart by the parity of their columns and, where chroma is
 * halved down, of their rows, so that upsampling and colours are loops over neighbours ({@link PixelKernels}).
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU T.81</a>
 */
public final class BaselineJpeg {
    private static final VarHandle BITS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private static final VarHandle PIXELS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private static final int FRAME_BASELINE = 0xc0;
    private static final int FRAME_EXTENDED = 0xc1;
    private static final int HUFFMAN_TABLES = 0xc4;
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;
    private static final int QUANTIZATION_TABLES = 0xdb;
    private static final int RESTART_INTERVAL = 0xdd;
    private static final int FIRST_RESTART = 0xd0;
    private static final int FIRST_APPLICATION = 0xe0;
    private static final int COMMENT = 0xfe;

    private static final int BLOCK = 64;
    /** Blocks that lie beside each other. */
    private static final int LANES = 64;

    private static final int COLUMN_SHIFT = PixelKernels.CONSTANT_BITS - PixelKernels.PASS_BITS;
    private static final int ROW_SHIFT = PixelKernels.CONSTANT_BITS + PixelKernels.PASS_BITS + 3;
    /** Of a plane: a row of blocks, and the rows above and below. */
    private static final int ROWS = 10;

    private static final int PADDED = 2 * PixelKernels.MOST_LANES;
    private static final int CHUNK = BLOCK * LANES;
    /** What a group of ten blocks takes at the most, so that a read beyond the end needs to be looked for once a group only. */
    private static final int PADDING = 1 << 12;

    private static final int[] NATURAL = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    private static final class Component {
        int id;
        int across;
        int down;
        int quantization;
        int[] dc = {};
        int[] ac = {};
        int prediction;
        /** Blocks in a row of groups. */
        int blocks;
        /** Blocks in a row. */
        int wide;

        int[] coefficients = {};
        /** Pixels by the parity of row and column; natural where the component has fewer than the picture. */
        final int[][] planes = {{}, {}, {}, {}};
    }

    private final Component[] components = {new Component(), new Component(), new Component()};
    private final int[][] quantization = new int[4][BLOCK];
    private final boolean[] quantized = new boolean[4];
    private final JpegCodes[] dcCodes = {new JpegCodes(false), new JpegCodes(false)};
    private final JpegCodes[] acCodes = {new JpegCodes(true), new JpegCodes(true)};
    private int count;
    private int restartInterval;

    /** The scan without the zeros behind 0xff. */
    private byte[] scan = {};

    /** Where its parts between restart markers end. */
    private int[] ends = new int[16];

    private int parts;

    // The next bits of the scan, at the top of the buffer.
    private long bits;
    private int available;
    private int at;

    private final PixelKernels arithmetic;

    /** Blue and red of the even columns, and of the odd ones. */
    private final int[][] chroma = {{}, {}, {}, {}};

    /** Red, green and blue of the even columns, and of the odd ones. */
    private final int[][] colours = {{}, {}};

    private int[] sums = {};
    private byte[] picture = {};

    public BaselineJpeg(PixelKernels arithmetic) {
        this.arithmetic = arithmetic;
    }

    /**
     * Decodes a picture.
     *
     * @return [height, width, 1 or 3], unsigned; changed by the next picture; empty where the file is none of
     *     those or is damaged
     */
    public Optional<byte[]> read(byte[] file, JpegHeader header) {
        try {
            int begin = tables(file, header);
            boolean whole = begin >= 0 && unstuff(file, begin) && decode(header.size());
            return whole ? Optional.of(picture) : Optional.empty();
        } catch (ArrayIndexOutOfBoundsException e) {
            return Optional.empty(); // a file or segment that ends too early
        }
    }

    /** @return where the scan's bits begin; -1 where the file is none of those that are decoded here */
    private int tables(byte[] file, JpegHeader header) {
        boolean gray = header.colours() == JpegHeader.Colours.GRAY;
        if (!gray && header.colours() != JpegHeader.Colours.YCC) {
            return -1;
        }
        count = 0;
        restartInterval = 0;
        Arrays.fill(quantized, false);
        for (int i = 0; i < 2; i++) {
            dcCodes[i].clear();
            acCodes[i].clear();
        }
        int next = 2;
        while (true) {
            int marker = unsigned(file, next + 1);
            int length = word(file, next + 2);
            int from = next + 4;
            int to = next + 2 + length;
            if (unsigned(file, next) != 0xff || length < 2 || to > file.length) {
                return -1;
            }
            boolean fine = switch (marker) {
                case FRAME_BASELINE, FRAME_EXTENDED -> count == 0 && frame(file, from, to, gray ? 1 : 3);
                case HUFFMAN_TABLES -> huffmanTables(file, from, to);
                case QUANTIZATION_TABLES -> quantizationTables(file, from, to);
                case RESTART_INTERVAL -> {
                    restartInterval = word(file, from);
                    yield length == 4;
                }
                case SCAN -> count > 0 && scanHeader(file, from, to);
                default -> (marker >= FIRST_APPLICATION && marker < FIRST_APPLICATION + 16) || marker == COMMENT;
            };
            if (!fine) {
                return -1;
            }
            if (marker == SCAN) {
                return to;
            }
            next = to;
        }
    }

    private boolean frame(byte[] file, int from, int to, int expected) {
        count = expected;
        if (to - from != 6 + 3 * expected || file[from] != 8 || file[from + 5] != expected) {
            return false;
        }
        for (int i = 0; i < expected; i++) {
            Component component = components[i];
            int entry = from + 6 + 3 * i;
            component.id = unsigned(file, entry);
            component.across = expected == 1 ? 1 : unsigned(file, entry + 1) >> 4;
            component.down = expected == 1 ? 1 : file[entry + 1] & 15;
            component.quantization = unsigned(file, entry + 2);
            if (component.quantization > 3) {
                return false;
            }
        }
        Component luma = components[0];
        boolean whole = expected == 1;
        for (int i = 1; i < expected; i++) {
            whole = components[i].across == 1 && components[i].down == 1;
            if (!whole) {
                return false;
            }
        }
        return whole && luma.across >= 1 && luma.across <= 2 && luma.down >= 1 && luma.down <= luma.across;
    }

    private boolean quantizationTables(byte[] file, int from, int to) {
        int next = from;
        while (next < to) {
            int which = file[next] & 15;
            boolean wide = file[next] >> 4 != 0;
            next++;
            if (which > 3 || wide || next + BLOCK > to) {
                return false;
            }
            for (int i = 0; i < BLOCK; i++) {
                quantization[which][i] = unsigned(file, next + i);
            }
            quantized[which] = true;
            next += BLOCK;
        }
        return next == to;
    }

    private boolean huffmanTables(byte[] file, int from, int to) {
        int next = from;
        while (next < to) {
            int which = file[next] & 15;
            int kind = unsigned(file, next) >> 4;
            if (which > 1 || kind > 1) {
                return false;
            }
            int taken = (kind == 0 ? dcCodes : acCodes)[which].read(file, next + 1, to);
            if (taken < 0) {
                return false;
            }
            next += 1 + taken;
        }
        return next == to;
    }

    private boolean scanHeader(byte[] file, int from, int to) {
        if (to - from != 4 + 2 * count || file[from] != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            int tables = unsigned(file, from + 2 + 2 * i);
            int dc = tables >> 4;
            int ac = tables & 15;
            boolean known = unsigned(file, from + 1 + 2 * i) == components[i].id && dc < 2 && ac < 2;
            if (!known || !dcCodes[dc].isThere() || !acCodes[ac].isThere() || !quantized[components[i].quantization]) {
                return false;
            }
            components[i].dc = dcCodes[dc].entries();
            components[i].ac = acCodes[ac].entries();
        }
        return file[to - 3] == 0 && file[to - 2] == 63 && file[to - 1] == 0;
    }

    /** Whether the scan is in order and the picture ends with it. */
    private boolean unstuff(byte[] file, int begin) {
        int room = file.length - begin + PADDING;
        if (scan.length < room) {
            scan = new byte[room];
        }
        parts = 0;
        int to = 0;
        int from = begin;
        while (true) {
            byte next = file[from++];
            if (next != -1) {
                scan[to++] = next;
                continue;
            }
            int marker = unsigned(file, from++);
            if (marker == 0) {
                scan[to++] = -1;
                continue;
            }
            if (parts == ends.length) {
                ends = Arrays.copyOf(ends, 2 * parts);
            }
            ends[parts++] = to;
            if (marker == END) {
                Arrays.fill(scan, to, to + PADDING, (byte) 0);
                return true;
            }
            if (marker != FIRST_RESTART + (parts - 1) % 8) {
                return false;
            }
        }
    }

    private boolean decode(Picture.Size size) {
        Component luma = components[0];
        int across = luma.across;
        int down = luma.down;
        int groupsWide = Math.ceilDiv(size.width(), 8 * across);
        int groupsHigh = Math.ceilDiv(size.height(), 8 * down);
        int half = Math.ceilDiv(size.width(), 2);
        if (count > 1 && across == 2 && half <= 2) {
            return false; // is not smoothed
        }
        int interval = restartInterval == 0 ? Integer.MAX_VALUE : restartInterval;
        if (parts != Math.ceilDiv((long) groupsWide * groupsHigh, interval)) {
            return false;
        }
        int stride = groupsWide * 4 * across + 2;
        prepare(groupsWide, stride);
        int bytes = size.width() * size.height() * (count == 1 ? Picture.GRAY : Picture.RGB);
        if (picture.length != bytes) {
            picture = new byte[bytes];
        }
        int part = 0;
        restart(0);
        int left = interval;
        for (int row = 0; row < groupsHigh; row++) {
            for (int i = 0; i < count; i++) {
                Arrays.fill(components[i].coefficients, 0, Math.ceilDiv(components[i].blocks, LANES) * CHUNK, 0);
            }
            for (int group = 0; group < groupsWide; group++) {
                if (left == 0) {
                    if (!isAtEnd(part)) {
                        return false;
                    }
                    restart(ends[part++]);
                    left = interval;
                }
                left--;
                if (!group(group) || at - (available >> 3) > ends[part]) {
                    return false;
                }
            }
            pixels(row == 0, stride);
            rows(size, row, row == groupsHigh - 1, stride);
        }
        return isAtEnd(part);
    }

    private void prepare(int groupsWide, int stride) {
        for (int i = 0; i < count; i++) {
            Component component = components[i];
            component.wide = groupsWide * component.across;
            component.blocks = component.wide * component.down;
            component.coefficients = room(component.coefficients, Math.ceilDiv(component.blocks, LANES) * CHUNK);
            for (int plane = 0; plane < component.planes.length; plane++) {
                component.planes[plane] = room(component.planes[plane], ROWS * stride + PADDED);
            }
        }
        sums = room(sums, ROWS * stride + PADDED);
        for (int[][] planes : List.of(chroma, colours)) {
            for (int i = 0; i < planes.length; i++) {
                planes[i] = room(planes[i], ROWS * stride + PADDED);
            }
        }
    }

    private static int[] room(int[] array, int length) {
        return array.length >= length ? array : new int[length];
    }

    private void restart(int begin) {
        at = begin;
        bits = 0;
        available = 0;
        for (Component component : components) {
            component.prediction = 0;
        }
    }

    /** Whether all bits of a part but those that fill its last byte were taken. */
    private boolean isAtEnd(int part) {
        int unused = 8 * (ends[part] - at) + available;
        return unused >= 0 && unused < 8;
    }

    private boolean group(int group) {
        for (int i = 0; i < count; i++) {
            Component component = components[i];
            for (int y = 0; y < component.down; y++) {
                for (int x = 0; x < component.across; x++) {
                    int block = y * component.wide + group * component.across + x;
                    int place = block / LANES * CHUNK + block % LANES;
                    if (!block(component, quantization[component.quantization], component.coefficients, place)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Decodes a block's coefficients, of which the first is at {@code place} and others {@link #LANES} apart. */
    private boolean block(Component component, int[] steps, int[] into, int place) {
        long b = bits;
        int n = available;
        int p = at;
        byte[] bytes = scan;
        b |= (long) BITS.get(bytes, p) >>> n;
        p += (63 - n) >> 3;
        n |= 56;
        int entry = component.dc[(int) (b >>> (64 - JpegCodes.LOOKED_AT))];
        if (entry == 0) {
            return false;
        }
        if (entry < 0) {
            entry = JpegCodes.longCode(component.dc, b);
            if (entry == 0) {
                return false;
            }
        }
        int length = entry & 31;
        int size = (entry >> 8) & 15;
        b <<= length;
        n -= length;
        if (size > 0) {
            component.prediction += JpegCodes.extended((int) (b >>> (64 - size)), size);
            b <<= size;
            n -= size;
        }
        into[place] = component.prediction * steps[0];
        int[] codes = component.ac;
        int k = 1;
        while (k < BLOCK) {
            b |= (long) BITS.get(bytes, p) >>> n;
            p += (63 - n) >> 3;
            n |= 56;
            entry = codes[(int) (b >>> (64 - JpegCodes.LOOKED_AT))];
            if ((entry & JpegCodes.WITH_VALUE) != 0) {
                k += (entry >> 8) & 15;
                if (k >= BLOCK) {
                    return false;
                }
                length = entry & 31;
                b <<= length;
                n -= length;
                into[place + NATURAL[k] * LANES] = (entry >> 16) * steps[k];
                k++;
                continue;
            }
            if (entry < 0) {
                entry = JpegCodes.longCode(codes, b);
            }
            if (entry == 0) {
                return false;
            }
            length = entry & 31;
            b <<= length;
            n -= length;
            int run = (entry >> 12) & 15;
            size = (entry >> 8) & 15;
            if (size == 0) {
                if (run < 15) {
                    if (run > 0) {
                        return false;
                    }
                    break;
                }
                k += 16;
                continue;
            }
            k += run;
            if (k >= BLOCK) {
                return false;
            }
            into[place + NATURAL[k] * LANES] = JpegCodes.extended((int) (b >>> (64 - size)), size) * steps[k];
            b <<= size;
            n -= size;
            k++;
        }
        bits = b;
        available = n;
        at = p;
        return k <= BLOCK;
    }

    /** From a row of groups' coefficients to its pixels; of the row before, those that are still needed are kept. */
    private void pixels(boolean first, int stride) {
        boolean paired = components[0].down == 2;
        for (int i = 0; i < count; i++) {
            Component component = components[i];
            for (int[] plane : component.planes) {
                if (paired && !first) {
                    System.arraycopy(plane, 8 * stride, plane, 0, stride);
                }
            }
            boolean split = i == 0 || components[0].across == 1;
            for (int from = 0; from < component.blocks; from += LANES) {
                int lanes = Math.min(LANES, component.blocks - from);
                int[] pixels = component.coefficients;
                int chunk = from / LANES * CHUNK;
                transform(pixels, chunk, lanes);
                for (int lane = 0; lane < lanes; lane++) {
                    int block = chunk + lane;
                    int y = (from + lane) / component.wide * 8;
                    int x = (from + lane) % component.wide * 8;
                    if (!split) {
                        put(pixels, block, component.planes[0], (y + 1) * stride + 1 + x, stride);
                    } else if (i == 0 && paired) {
                        putPaired(pixels, block, component.planes, (y / 2 + 1) * stride + 1 + x / 2, stride);
                    } else {
                        putSplit(pixels, block, component.planes, (y + 1) * stride + 1 + x / 2, stride);
                    }
                }
            }
            for (int[] plane : component.planes) {
                if (paired && first) {
                    System.arraycopy(plane, stride, plane, 0, stride);
                }
            }
        }
    }

    /** Makes pixels of coefficients, in their places. */
    private void transform(int[] numbers, int chunk, int blocks) {
        int lanes = Math.ceilDiv(blocks, PixelKernels.MOST_LANES) * PixelKernels.MOST_LANES;
        int added = 1 << (COLUMN_SHIFT - 1);
        for (int column = 0; column < 8; column++) {
            int from = chunk + column * LANES;
            arithmetic.transform(
                    numbers, from, 8 * LANES, lanes, added, COLUMN_SHIFT, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        added = (1 << (ROW_SHIFT - 1)) + (128 << ROW_SHIFT);
        for (int row = 0; row < 8; row++) {
            int from = chunk + row * 8 * LANES;
            arithmetic.transform(numbers, from, LANES, lanes, added, ROW_SHIFT, 0, Picture.MOST_BYTE);
        }
    }

    /** A block as it is. */
    private static void put(int[] from, int block, int[] plane, int place, int stride) {
        for (int y = 0; y < 8; y++) {
            int at = block + y * 8 * LANES;
            int to = place + y * stride;
            for (int x = 0; x < 8; x++) {
                plane[to + x] = from[at + x * LANES];
            }
        }
    }

    /** The even columns of a block apart from the odd ones. */
    private static void putSplit(int[] from, int block, int[][] planes, int place, int stride) {
        for (int y = 0; y < 8; y++) {
            putRow(from, block + y * 8 * LANES, planes[0], planes[1], place + y * stride);
        }
    }

    /** The same for even and odd rows. */
    private static void putPaired(int[] from, int block, int[][] planes, int place, int stride) {
        for (int y = 0; y < 8; y += 2) {
            putRow(from, block + y * 8 * LANES, planes[0], planes[1], place + y / 2 * stride);
            putRow(from, block + (y + 1) * 8 * LANES, planes[2], planes[3], place + y / 2 * stride);
        }
    }

    private static void putRow(int[] from, int at, int[] even, int[] odd, int to) {
        for (int x = 0; x < 4; x++) {
            even[to + x] = from[at + 2 * x * LANES];
            odd[to + x] = from[at + (2 * x + 1) * LANES];
        }
    }

    /** The rows of the picture that are complete with a row of groups, as colours. */
    private void rows(Picture.Size size, int groupRow, boolean last, int stride) {
        boolean paired = components[0].down == 2;
        int parities = paired ? 2 : 1;
        int top = groupRow * 8 * parities;
        int have = Math.min(8, Math.ceilDiv(size.height() - top, parities));
        for (int i = 1; i < count && components[0].across == 2; i++) {
            int[] plane = components[i].planes[0];
            int half = Math.ceilDiv(size.width(), 2);
            for (int row = 0; row <= have; row++) {
                // Beyond the first and last column these are repeated, as are the first and last row.
                plane[row * stride] = plane[row * stride + 1];
                plane[row * stride + 1 + half] = plane[row * stride + half];
            }
            System.arraycopy(plane, have * stride, plane, (have + 1) * stride, stride);
        }
        for (int parity = 0; parity < parities; parity++) {
            int from = parity == 0 || groupRow == 0 ? 1 : 0;
            int to = parity == 0 || last ? have + 1 : 8;
            colours(parity, from * stride, to * stride, stride);
            for (int row = from; row < to; row++) {
                int y = top + parities * (row - 1) + parity;
                if (y < size.height()) {
                    put(row * stride + 1, size.width(), y * size.width());
                }
            }
        }
    }

    /** Colours of the even and the odd columns of rows of one parity. */
    private void colours(int parity, int from, int to, int stride) {
        int[][] luma = components[0].planes;
        if (count == 1) {
            return;
        }
        for (int i = 1; i < count && components[0].across == 2; i++) {
            int[] plane = components[i].planes[0];
            if (components[0].down == 2) {
                arithmetic.blend(plane, parity == 0 ? -stride : stride, sums, from, to);
                arithmetic.smooth(sums, -1, 8, 4, chroma[i - 1], from + 1, to - 1);
                arithmetic.smooth(sums, 1, 7, 4, chroma[i + 1], from + 1, to - 1);
            } else {
                arithmetic.smooth(plane, -1, 1, 2, chroma[i - 1], from + 1, to - 1);
                arithmetic.smooth(plane, 1, 2, 2, chroma[i + 1], from + 1, to - 1);
            }
        }
        for (int column = 0; column < 2; column++) {
            boolean smoothed = components[0].across == 2;
            int[] blue = smoothed ? chroma[2 * column] : components[1].planes[column];
            int[] red = smoothed ? chroma[2 * column + 1] : components[2].planes[column];
            arithmetic.colours(luma[2 * parity + column], blue, red, colours[column], from + 1, to - 1);
        }
    }

    private void put(int from, int width, int pixel) {
        int[] even = count == 1 ? components[0].planes[0] : colours[0];
        int[] odd = count == 1 ? components[0].planes[1] : colours[1];
        byte[] to = picture;
        int pairs = width / 2;
        int last = from + pairs;
        if (count == 1) {
            for (int i = 0; i < pairs; i++) {
                to[pixel + 2 * i] = (byte) even[from + i];
                to[pixel + 2 * i + 1] = (byte) odd[from + i];
            }
            if (width % 2 != 0) {
                to[pixel + width - 1] = (byte) even[last];
            }
            return;
        }
        // Two pixels at once; the last two of the eight bytes are written over by the next, or belong to another row.
        int at = pixel * Picture.RGB;
        int wholly = Math.max(0, pairs - 1);
        for (int i = 0; i < wholly; i++) {
            PIXELS.set(to, at + 6 * i, even[from + i] | (long) odd[from + i] << 24);
        }
        for (int i = wholly; i < pairs; i++) {
            putOne(even[from + i], at + 6 * i);
            putOne(odd[from + i], at + 6 * i + 3);
        }
        if (width % 2 != 0) {
            putOne(even[last], at + 6 * pairs);
        }
    }

    private void putOne(int colour, int at) {
        picture[at] = (byte) colour;
        picture[at + 1] = (byte) (colour >> 8);
        picture[at + 2] = (byte) (colour >> 16);
    }

    private static int word(byte[] file, int at) {
        return unsigned(file, at) << 8 | unsigned(file, at + 1);
    }

    private static int unsigned(byte[] file, int at) {
        return file[at] & 0xff;
    }
}
