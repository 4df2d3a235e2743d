package dev.hourglass.formats;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.files.RegularFile;
import dev.hourglass.formats.keras.ArchitectureFile;
import dev.hourglass.formats.keras.HourglassNote;
import dev.hourglass.formats.keras.KerasFile;
import dev.hourglass.formats.keras.LegacyFile;
import dev.hourglass.formats.keras.LoadedModel;
import dev.hourglass.formats.onnx.ModelWriter;
import dev.hourglass.formats.onnx.OnnxFile;
import dev.hourglass.formats.onnx.read.OnnxReader;
import dev.hourglass.tensor.CorruptFileException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes models in Keras's formats: {@code .keras} (version 3) and legacy {@code .h5}. Keras opens what is
 * written here with {@code keras.models.load_model}, and goes on training where a model has its optimizer. ONNX is read,
 * as PyTorch, Keras and Hourglass export it, and written as well.
 *
 * <p>A file is read as hostile: it can name no code, and what it declares must be backed by its bytes.
 */
public final class ModelFile {
    private static final byte[] ZIP = HexFormat.of().parseHex("504b0304");
    private static final byte[] HDF5 = HexFormat.of().parseHex("894844460d0a1a0a");
    /** How a file begins that Git LFS keeps elsewhere: {@code version https://git-lfs...}. */
    private static final byte[] LFS_POINTER = "version ".getBytes(StandardCharsets.US_ASCII);

    private static final System.Logger LOG = System.getLogger(ModelFile.class.getName());

    private enum Format {
        KERAS,
        LEGACY,
        ONNX
    }

    private ModelFile() {}

    /**
     * Reads a model, by what the file holds and not by its name. The waist is where our note in the file says; without
     * one it is at the narrowest value in the middle, or where a nested encoder ends, or not known.
     *
     * @throws IOException if the file can't be read
     * @throws CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute
     */
    public static SavedModel read(Path file) throws IOException {
        return read(file, ReadOptions.defaults());
    }

    /**
     * Reads a model whose code is the output of the named layer, whatever the file says.
     *
     * @param waistLayer a layer's or a nested model's name, as Keras knows it
     * @throws IOException if the file can't be read
     * @throws CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute, or no layer of that name
     */
    public static SavedModel read(Path file, String waistLayer) throws IOException {
        return read(file, ReadOptions.defaults().withWaistLayer(waistLayer));
    }

    /**
     * Reads a model with what its file doesn't say.
     *
     * @throws IOException if a file can't be read
     * @throws CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute, or no layer of the waist's name
     * @throws OpenSizesException if the file leaves sizes of its input open and the options don't say them
     */
    public static SavedModel read(Path file, ReadOptions options) throws IOException {
        return settle(load(file, options), options.waistLayer());
    }

    /**
     * Reads a model out of a folder that may be a stranger's; see {@link #read(Path)}. It is read through one open handle,
     * so whoever puts a link or another file in its place meanwhile changes nothing.
     *
     * @param name in the folder, such as {@code models/cnn_autoencoder.keras}
     * @throws RefusedFileException if what has the name is no regular file
     * @throws IOException if the file can't be read
     * @throws CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute
     */
    public static SavedModel read(ConfinedFolder folder, String name) throws IOException {
        Path file = folder.path(name);
        try (FileChannel channel = folder.open(name, Long.MAX_VALUE)) {
            LoadedModel loaded = FileStamp.<LoadedModel, IOException>whileUnchanged(
                    file, () -> load(channel, file, ReadOptions.defaults()));
            return settle(loaded, null);
        }
    }

    /**
     * How far what the model computes here is from what it computed where the file was written, for the few samples
     * that Hourglass stores with a model.
     *
     * @return the largest difference of two numbers; empty if the file has no such samples
     * @throws IOException if the file can't be read
     * @throws CorruptFileException if it is damaged, or no model file
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute
     */
    public static OptionalDouble goldenDifference(Path file) throws IOException {
        LoadedModel loaded = load(file, ReadOptions.defaults());
        GoldenBatch golden = loaded.note() == null ? null : loaded.note().golden();
        return golden == null ? OptionalDouble.empty() : OptionalDouble.of(golden.difference(loaded.settle(null)));
    }

    /** Writes a model as one chain of layers; see {@link #write(SavedModel, Path, ModelLayout)}. */
    public static void write(SavedModel model, Path file) throws IOException {
        write(model, file, ModelLayout.SEQUENTIAL);
    }

    /**
     * Writes a model, whole or not at all, replacing what was there. Before the file appears it is read back: every
     * stored number must be the model's, bit for bit, and what it computes may differ by 1e-5. The same model gives the same bytes.
     *
     * <p>An ONNX file is for other runtimes, and has no optimizer.
     *
     * @param file ends in {@code .keras}, {@code .h5}, {@code .hdf5} or {@code .onnx}
     * @param layout how the layers are put together; of no effect in an ONNX file, which is one chain of nodes
     * @throws UnsupportedModelException if the weights are more than the 2 GB that an ONNX file holds
     * @throws IOException if it can't be written
     * @throws CorruptFileException if what was written is not the model; no file is left then
     * @throws IllegalArgumentException if the file's name ends in something else, or the optimizer's state is not that
     *     of the parameters
     */
    public static void write(SavedModel model, Path file, ModelLayout layout) throws IOException {
        Export export = Export.of(model, file, layout);
        AtomicFile.<IOException>write(file, export::writeTo, export::requireHeldBy);
    }

    /**
     * Writes a model as one chain of layers into a folder that may be a stranger's; see {@link #write(SavedModel, Path,
     * ModelLayout)}.
     *
     * @param name in the folder, such as {@code models/cnn_encoder.keras}
     */
    public static void write(SavedModel model, ConfinedFolder folder, String name) throws IOException {
        Export export = Export.of(model, folder.path(name), ModelLayout.SEQUENTIAL);
        folder.<IOException>write(name, export::writeTo, export::requireHeldBy);
    }

    /** A model on its way into a file. */
    private record Export(SavedModel model, ModelLayout layout, Format format, HourglassNote note, ExportProof proof) {
        static Export of(SavedModel given, Path file, ModelLayout layout) {
            SavedModel model = given.namedAsInFiles();
            Format format = formatOf(file);
            GoldenBatch golden = GoldenBatch.of(model);
            return new Export(
                    model, layout, format, HourglassNote.of(model, golden), new ExportProof(file, model, golden));
        }

        void writeTo(FileChannel channel) throws IOException {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            switch (format) {
                case KERAS -> KerasFile.write(model, layout, note, out);
                case LEGACY -> LegacyFile.write(model, layout, note, out);
                case ONNX -> ModelWriter.write(model, out);
            }
            out.flush();
        }

        void requireHeldBy(FileChannel written) throws IOException {
            switch (format) {
                case KERAS, LEGACY ->
                    proof.requireHeldBy(
                            load(written, proof.file(), ReadOptions.defaults()).settle(null));
                case ONNX ->
                    proof.requireHeldBy(
                            OnnxFile.read(Channels.newInputStream(written).readAllBytes()));
            }
        }
    }

    private static SavedModel settle(LoadedModel loaded, @Nullable String waistLayer) {
        SavedModel model = loaded.settle(waistLayer);
        model.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, "{0}: {1}", loaded.file(), warning));
        return model;
    }

    private static LoadedModel load(Path file, ReadOptions options) throws IOException {
        return FileStamp.<LoadedModel, IOException>whileUnchanged(file, () -> {
            try (FileChannel channel = RegularFile.openChannel(file)) {
                return load(channel, file, options);
            }
        });
    }

    /**
     * @param channel the open file, at its start
     * @param file for errors
     */
    private static LoadedModel load(FileChannel channel, Path file, ReadOptions options) throws IOException {
        byte[] start = Channels.newInputStream(channel).readNBytes(HDF5.length);
        channel.position(0);
        if (options.weights() != null && !ArchitectureFile.isOne(start)) {
            throw new UnsupportedModelException(
                    file + ": the file is no architecture in JSON or YAML, which weights of another file"
                            + " could belong to. Give the model without --weights.");
        }
        if (Arrays.equals(start, HDF5)) {
            return LegacyFile.read(channel, file, options.sample());
        }
        if (start.length > ZIP.length && Arrays.equals(start, 0, ZIP.length, ZIP, 0, ZIP.length)) {
            return KerasFile.read(channel, file, options.sample());
        }
        if (ArchitectureFile.isOne(start)) {
            return ArchitectureFile.read(channel, file, options.weights(), options.sample());
        }
        boolean isLfsPointer = Arrays.equals(start, LFS_POINTER);
        if (!isLfsPointer && (isOnnx(start) || isNamedOnnx(file))) {
            return OnnxReader.read(file, options.sample());
        }
        if (isLfsPointer) {
            throw new CorruptFileException(
                    file,
                    "a model file of Keras (.keras or .h5) or ONNX",
                    "a pointer of Git LFS, which stands for the file in its repository",
                    "Get the file itself with 'git lfs pull', or by the repository's download link.");
        }
        throw new CorruptFileException(
                file,
                "a model file of Keras (.keras or .h5) or ONNX",
                start.length == 0 ? "nothing" : "bytes " + HexFormat.of().formatHex(start),
                "Save the model with model.save(...) of Keras, or with Hourglass.");
    }

    /** The first field of an ONNX file is its version, a number of one byte. */
    private static boolean isOnnx(byte[] start) {
        return start.length > 2 && start[0] == 0x08 && start[1] > 0 && start[1] < 0x40;
    }

    private static boolean isNamedOnnx(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    private static Format formatOf(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".keras")) {
            return Format.KERAS;
        }
        if (List.of(".h5", ".hdf5").stream().anyMatch(name::endsWith)) {
            return Format.LEGACY;
        }
        if (name.endsWith(".onnx")) {
            return Format.ONNX;
        }
        throw new IllegalArgumentException(
                "A model file's name must end in .keras, .h5, .hdf5 or .onnx, got " + file.getFileName());
    }
}
