package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.files.FreeHeap;
import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.tensor.CorruptFileException;

/**
 * What reading one file may cost. A few bytes can stand for a node, a number or a tensor of any size, so whatever is kept
 * is counted before it is allocated.
 */
public final class Bounds {
    public static final String SAVE_AGAIN = "The file is damaged or no ONNX model; export it again.";
    /** Nodes, attributes, names and numbers in lists; far more than models have. */
    private static final int MOST_PARTS = 500_000;
    /** Of names and texts. */
    private static final long MOST_LETTERS = 32L << 20;
    /** That are computed while the model is read, beside what the file's own numbers are worth. */
    private static final long MOST_COMPUTED = 1L << 24;

    /** Far more than models have; each costs some hundred bytes and a look at it by whatever uses the model. */
    private static final int MOST_EDGES = 5_000;
    /** That operators may take out of the file, beside eight times what it can hold. */
    private static final long MOST_READ = 1L << 22;

    private final String file;
    private long edges;
    private long read;
    private long parts = MOST_PARTS;
    private long letters = MOST_LETTERS;
    private long computed;

    public Bounds(String file, long length) {
        this.file = file;
        this.computed = MOST_COMPUTED + length;
        this.read = MOST_READ + 2 * length;
    }

    public String file() {
        return file;
    }

    void countParts(long count) {
        parts -= count;
        if (parts < 0) {
            throw refuse(
                    "at most " + BoundedInput.count(MOST_PARTS) + " nodes, attributes, names and numbers in lists",
                    "more");
        }
    }

    void countLetters(long count) {
        letters -= count;
        if (letters < 0) {
            throw refuse("names and texts of at most " + BoundedInput.count(MOST_LETTERS) + " bytes in all", "more");
        }
    }

    /**
     * @param inputs how many values it reads
     * @param weights how many numbers it has of its own
     */
    public void countLayer(int inputs, long weights) {
        edges += inputs;
        if (edges > MOST_EDGES) {
            throw refuse("layers that read at most " + BoundedInput.count(MOST_EDGES) + " values in all", "more");
        }
        reserve(weights * Float.BYTES, "the weights of all layers");
    }

    /** Counts numbers that an operator takes out of the file: few bytes of nodes can name the same ones again and again. */
    public void countRead(long numbers) {
        read -= numbers;
        if (read < 0) {
            throw refuse("weights that few operators share", "nodes that read the same ones again and again");
        }
        reserve(numbers * (Double.BYTES + Float.BYTES), "weights that are laid out for their layer");
    }

    /** Counts numbers that operators on constants give. */
    public void countComputed(long numbers) {
        computed -= numbers;
        if (numbers < 0 || computed < 0) {
            throw refuse(
                    "constants that hold few numbers beside the weights",
                    "operators on constants that give " + BoundedInput.count(numbers) + " numbers");
        }
        reserve(numbers * Double.BYTES, "constants");
    }

    /** Refuses what the JVM can't hold, before it is allocated. */
    public void reserve(long bytes, String what) {
        if (!FreeHeap.holds(bytes, FreeHeap::freeBytes)) {
            throw new CorruptFileException(
                    file,
                    what + " that fit into memory (" + BoundedInput.count(FreeHeap.freeBytes()) + " bytes are free)",
                    BoundedInput.count(bytes) + " bytes",
                    "Give the JVM more memory with -Xmx, or a smaller model.");
        }
    }

    public CorruptFileException refuse(String expected, String found) {
        return new CorruptFileException(file, expected, found, SAVE_AGAIN);
    }
}
