package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.images.Background;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureFiles;
import dev.hourglass.files.Folders;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Pictures that are taken one after the other, of any sizes. */
interface PictureSource {
    /**
     * @param shape [height, width, channels]
     * @param pixels normalized
     * @param deep whether it has more than 8 bits
     */
    record Pixels(Shape shape, float[] pixels, boolean deep) {}

    int size();

    /** Where they lie, for messages. */
    String place();

    /** Such as {@code cats/07.jpg}. */
    String name(int index);

    /** Under what numbers pixels from 0 to 255 come. */
    Normalization normalization();

    /** @throws IOException if it can't be read */
    Pixels read(int index) throws IOException;

    /** Those of a folder, in gray or in colour as the model reads them. */
    record OfFolder(
            Path folder,
            List<PictureFiles.Named> files,
            int channels,
            Background background,
            Normalization normalization)
            implements PictureSource {
        @Override
        public String place() {
            return folder.toString();
        }

        @Override
        public int size() {
            return files.size();
        }

        @Override
        public String name(int index) {
            return files.get(index).name();
        }

        /** One that can be read. */
        Optional<Pixels> first() {
            for (int i = 0; i < files.size(); i++) {
                try {
                    return Optional.of(read(i));
                } catch (IOException e) {
                    // It is told when its turn comes.
                }
            }
            return Optional.empty();
        }

        @Override
        public Pixels read(int index) throws IOException {
            Picture picture =
                    PictureFiles.read(files.get(index).file(), background).withChannels(channels);
            float[] pixels = new float[picture.numbers().length];
            for (int i = 0; i < pixels.length; i++) {
                // As those of 8 bits, with more steps where there are 16.
                pixels[i] = picture.numbers()[i] * 255f / picture.most();
            }
            normalization.apply(pixels, 0, pixels.length);
            Picture.Size size = picture.size();
            return new Pixels(Shape.of(size.height(), size.width(), channels), pixels, picture.most() > 255);
        }
    }

    /** Those of a data set or of a file of numbers. */
    record OfDataset(Dataset data) implements PictureSource {
        @Override
        public String place() {
            return data.name();
        }

        @Override
        public int size() {
            return data.size();
        }

        @Override
        public String name(int index) {
            String name = data.sampleName(index);
            return name.isEmpty() ? String.format(Locale.ROOT, "%05d.png", index) : name;
        }

        @Override
        public Normalization normalization() {
            return data.normalization();
        }

        @Override
        public Pixels read(int index) {
            Shape shape = data.sampleShape();
            float[] pixels = new float[shape.size()];
            data.copySample(index, pixels, 0);
            return new Pixels(
                    shape.rank() == 3 ? shape : Shape.of(shape.dimension(0), shape.dimension(1), 1), pixels, false);
        }
    }

    /** Those of a folder as a model reads them; says so where their numbers may not be those that it was trained on. */
    static PictureSource ofFolder(Path folder, DataArguments data, SavedModel model, Terminal terminal) {
        Shape input = model.input();
        int channels = input.rank() == 3 ? input.dimension(2) : 1;
        if (channels != 1 && channels != 3) {
            throw new CommandException("Model '" + model.name() + "' reads " + input
                    + "; pictures have 1 or 3 channels. Use another model.");
        }
        PictureFiles files = PictureFiles.of(folder);
        files.unread().forEach(each -> terminal.println("Skipped " + each.file() + ": " + each.reason()));
        OfFolder pictures = new OfFolder(
                folder, files.named(), channels, data.background(), data.normalization(model.normalization()));
        pictures.first()
                .ifPresent(first -> data.warn(
                        model, FloatDataset.of(Folders.name(folder), first.shape(), first.pixels()), terminal));
        return pictures;
    }

    /**
     * The same pictures without noise, in the order of others.
     *
     * @param of the place of each one's partner
     */
    record Partners(PictureSource clean, int[] of) implements PictureSource {
        /** @throws CommandException if one has no partner of its name, with or without its ending */
        static PictureSource of(PictureSource noisy, PictureSource clean) {
            if (clean instanceof OfDataset && noisy instanceof OfDataset) {
                if (clean.size() < noisy.size()) {
                    throw new CommandException("--clean has " + clean.size() + " pictures, --data " + noisy.size()
                            + "; those of the same place belong together. Give as many of each.");
                }
                return clean;
            }
            Map<String, Integer> places = new HashMap<>();
            for (int i = 0; i < clean.size(); i++) {
                places.putIfAbsent(stem(clean.name(i)), i);
            }
            for (int i = 0; i < clean.size(); i++) {
                places.put(clean.name(i), i);
            }
            int[] of = new int[noisy.size()];
            for (int i = 0; i < of.length; i++) {
                Integer place = places.getOrDefault(noisy.name(i), places.get(stem(noisy.name(i))));
                if (place == null) {
                    throw new CommandException("--clean has no picture " + noisy.name(i)
                            + " for that of --data. Add it, or take the other out.");
                }
                of[i] = place;
            }
            return new Partners(clean, of);
        }

        private static String stem(String name) {
            return name.replaceFirst("\\.[^./]*$", "");
        }

        @Override
        public String place() {
            return clean.place();
        }

        @Override
        public int size() {
            return of.length;
        }

        @Override
        public String name(int index) {
            return clean.name(of[index]);
        }

        @Override
        public Normalization normalization() {
            return clean.normalization();
        }

        @Override
        public Pixels read(int index) throws IOException {
            return clean.read(of[index]);
        }
    }
}
