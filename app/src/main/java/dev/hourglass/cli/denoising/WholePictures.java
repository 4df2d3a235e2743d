package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.images.PictureProfile;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.PatchReconstruction;
import dev.hourglass.evaluate.PictureRebuild;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The pictures of a folder in all their sizes, through a model that reads patches of them; memory holds one. */
public final class WholePictures {
    private final PictureSource pictures;
    private final Terminal terminal;
    private final Shape patch;
    private final int limit;

    private WholePictures(PictureSource pictures, Shape patch, int limit, Terminal terminal) {
        this.pictures = pictures;
        this.patch = patch;
        this.limit = limit;
        this.terminal = terminal;
    }

    /**
     * @param model that gives what it reads, pictures [height, width, 1 or 3]
     * @return empty if the data are no folder of pictures, or all have one size that holds a patch
     */
    public static Optional<WholePictures> ofManySizes(DataArguments data, SavedModel model, Terminal terminal) {
        Optional<Path> folder = folder(data.source());
        Shape input = model.input();
        boolean readsPictures = input.rank() == 3
                && (input.dimension(2) == 1 || input.dimension(2) == 3)
                && model.output().equals(input);
        if (folder.isEmpty() || !readsPictures) {
            return Optional.empty();
        }
        PictureProfile profile = PictureProfile.of(folder.get());
        boolean alike = profile.sizes().size() == 1
                && profile.sizes().getFirst().of().height() >= input.dimension(0)
                && profile.sizes().getFirst().of().width() >= input.dimension(1);
        return alike
                ? Optional.empty()
                : Optional.of(new WholePictures(
                        PictureSource.ofFolder(folder.get(), data, model, terminal), input, data.limit(), terminal));
    }

    private static Optional<Path> folder(String source) {
        try {
            Path path = Path.of(source);
            boolean pictures = !source.isBlank()
                    && Files.isDirectory(path)
                    && TableFolder.content(path).pictures() > 0
                    && TableFolder.content(path).tables() == 0;
            return pictures ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** How many are taken. */
    public int size() {
        return Math.min(limit, pictures.size());
    }

    /** Such as {@code cats/07.jpg}. */
    public String name(int index) {
        return pictures.name(index);
    }

    /**
     * How far the model is off, picture by picture.
     *
     * @param overlap of neighbouring patches in pixels
     */
    public ErrorReport errors(PatchReconstruction.Model model, int overlap) {
        PictureRebuild rebuild = new PictureRebuild(model, patch, overlap);
        List<ErrorReport.OfSample> each = new ArrayList<>();
        double squares = 0;
        double distances = 0;
        double count = 0;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        try (Progress progress = new Progress(terminal, "Evaluating", size(), "pictures")) {
            for (int i = 0; i < size(); i++) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "The evaluation");
                PictureSource.Pixels picture = read(i);
                float[] original = picture.pixels();
                float[] rebuilt = rebuild.rebuilt(original, picture.shape());
                double ownSquares = 0;
                double ownDistances = 0;
                for (int at = 0; at < original.length; at++) {
                    double difference = (double) rebuilt[at] - original[at];
                    ownSquares += difference * difference;
                    ownDistances += Math.abs(difference);
                    least = Math.min(least, original[at]);
                    most = Math.max(most, original[at]);
                }
                each.add(new ErrorReport.OfSample(i, ownSquares / original.length, ownDistances / original.length));
                squares += ownSquares;
                distances += ownDistances;
                count += original.length;
                progress.stepTo(i + 1);
            }
        }
        return new ErrorReport(
                each.size(),
                squares / count,
                distances / count,
                (double) most - least,
                List.of(),
                each,
                List.of(),
                List.of());
    }

    private PictureSource.Pixels read(int index) {
        try {
            return pictures.read(index);
        } catch (IOException e) {
            throw new CommandException(
                    "Can't read the picture " + pictures.name(index) + ": " + Failures.reason(e)
                            + ". Mend it, or take it out.",
                    e);
        }
    }
}
