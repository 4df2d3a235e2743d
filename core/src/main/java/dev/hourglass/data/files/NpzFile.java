package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reader of NumPy's NPZ format: a zip of NPY arrays, stored ({@code numpy.savez}) or deflated ({@code
 * numpy.savez_compressed}). The file is mapped into memory: stored arrays are read from it as samples are asked for, deflated
 * ones are inflated when they are opened. What the zip promises is held against its length before anything is allocated.
 */
public final class NpzFile implements ArrayFile {
    private static final String SUFFIX = ".npy";

    private final Path file;
    private final MemorySegment bytes;
    private final FileStamp stamp;
    private final Map<Entry, ZipMember> members = new LinkedHashMap<>();
    private final Map<String, CorruptFileException> leftOut = new LinkedHashMap<>();

    private NpzFile(Path file, MemorySegment bytes, FileStamp stamp) {
        this.file = file;
        this.bytes = bytes;
        this.stamp = stamp;
    }

    /**
     * Reads the zip's directory and the headers of its arrays. Members that are no arrays of numbers are left out.
     *
     * @throws CorruptFileException if the file is not what it has to be, or has no arrays of numbers
     * @throws DatasetException if it can't be read
     */
    public static NpzFile open(Path file) {
        return MappedFile.open(file, mapped -> {
            NpzFile npz = new NpzFile(file, mapped.bytes(), mapped.stamp());
            npz.readMembers();
            return npz;
        });
    }

    private void readMembers() {
        List<ZipMember> all = ZipMember.all(file, bytes);
        long size = 0;
        for (ZipMember member : all) {
            if (member.name().endsWith(SUFFIX)) {
                size += member.size();
                try {
                    NpyHeader header = header(member);
                    members.put(new Entry(nameOf(member), header.shape()), member);
                } catch (CorruptFileException e) {
                    leftOut.put(nameOf(member), e);
                }
            }
        }
        if (!Inflation.isHonest(size, bytes.byteSize())) {
            throw corrupt(
                    String.format(
                            Locale.ROOT, "arrays at most %d times as large as the file", Inflation.MOST_EXPANSION),
                    Failures.size(size) + " in " + Failures.size(bytes.byteSize()),
                    "If it is what you made, save the array as NPY.");
        }
        if (members.isEmpty() && !leftOut.isEmpty()) {
            throw leftOut.values().iterator().next();
        }
        if (members.isEmpty()) {
            throw corrupt(
                    "arrays of numbers (NAME.npy) in the zip",
                    all.isEmpty()
                            ? "an empty zip"
                            : "'" + Excerpt.of(all.getFirst().name()) + "' and no array",
                    "Save them with numpy.savez.");
        }
    }

    private static String nameOf(ZipMember member) {
        return member.name().substring(0, member.name().length() - SUFFIX.length());
    }

    private String place(ZipMember member) {
        return file + ", array '" + Excerpt.of(nameOf(member)) + "'";
    }

    private NpyHeader header(ZipMember member) {
        int most = (int) Math.min(member.size(), NpyHeader.MAX_BYTES);
        byte[] beginning = new byte[most];
        try {
            if (member.deflated()) {
                inflate(member, MemorySegment.ofArray(beginning), false);
            } else {
                MemorySegment.copy(bytes, member.at(), MemorySegment.ofArray(beginning), 0, most);
            }
        } catch (InternalError e) {
            throw stamp.cutShort(e);
        }
        return NpyHeader.read(place(member), beginning, member.size());
    }

    private NpyArray array(Entry entry) {
        ZipMember member = members.get(entry);
        if (member == null) {
            throw new IllegalArgumentException("no array " + entry + " in " + file);
        }
        NpyHeader header = header(member);
        MemorySegment whole;
        if (member.deflated()) {
            whole = member.size() <= ScratchFile.MOST_BYTES_IN_MEMORY
                    ? Arena.ofAuto().allocate(member.size())
                    : ScratchFile.mapped(member.size(), "numbers");
            try {
                inflate(member, whole, true);
            } catch (InternalError e) {
                throw stamp.cutShort(e);
            }
        } else {
            whole = bytes.asSlice(member.at(), member.size());
        }
        return new NpyArray(place(member), header, whole, stamp);
    }

    /** @param all whether the member has exactly as many bytes as there is room, with their checksum */
    private void inflate(ZipMember member, MemorySegment into, boolean all) {
        try {
            long checksum = Inflation.inflate(bytes.asSlice(member.at(), member.stored()), false, into, all);
            if (all && checksum != member.checksum()) {
                throw other(member);
            }
        } catch (Inflation.OtherBytesException e) {
            throw other(member);
        }
    }

    private CorruptFileException other(ZipMember member) {
        return new CorruptFileException(
                place(member),
                String.format(Locale.ROOT, "%,d bytes with their checksum", member.size()),
                "others",
                "Get the file again.");
    }

    @Override
    public List<Entry> entries() {
        return new ArrayList<>(members.keySet());
    }

    @Override
    public Map<String, CorruptFileException> leftOut() {
        return Collections.unmodifiableMap(leftOut);
    }

    @Override
    public FloatDataset samples(Entry entry) {
        return array(entry).samples(String.valueOf(file.getFileName()));
    }

    @Override
    public int[] labels(Entry entry) {
        return array(entry).labels();
    }

    private CorruptFileException corrupt(String expected, String found, String wayOut) {
        return new CorruptFileException(file, expected, found, wayOut);
    }
}
