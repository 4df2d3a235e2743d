package dev.hourglass.lab.recipe;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.images.Background;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.Patches;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.images.PictureSplitOptions;
import dev.hourglass.data.series.SoundFolder;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.recipe.Node.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a recipe writes pictures of the user's own: {@code data: {images: photos/, size: [96, 64], fit: crop}}, or
 * pairs of them: {@code data: {pairs: {noisy: scans/, clean: originals/}, patches: {size: 64, overlap: 16}}}. The settings are those of {@link PictureSplitOptions}; paths go from the recipe's folder.
 */
final class PictureSyntax {
    static final List<String> KEYS = List.of(
            "images",
            "pairs",
            "size",
            "fit",
            "patches",
            "colour",
            "background",
            "test",
            "test_share",
            "split_seed",
            "labels",
            "test_labels",
            "label_column",
            "array",
            "scale");
    private static final int MOST_SIDE = 1 << 14;
    private static final String SOURCE = "a folder of pictures, or " + DataSources.FILES;
    /** What pictures take of the keys that all data have. */
    private static final List<String> OF_ALL = List.of("limit");

    private PictureSyntax() {}

    /**
     * A source that is a folder without tables is one of pictures.
     *
     * @param recipeFolder where empty, as of a stranger's text, the disk is not asked
     */
    static Mapping ofFolder(Mapping data, RecipeFolder recipeFolder) {
        Node.Entry source = data.entries().get("source");
        if (source == null || !recipeFolder.isKnown() || isIn(data)) {
            return data;
        }
        Path folder = source.value().asPath(SOURCE, recipeFolder);
        if (!Files.isDirectory(folder)) {
            return data;
        }
        if (SoundFolder.isOne(folder)) {
            return data;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            // Annotations beside pictures are often JSON.
            return inside.filter(DataSources::isTable).anyMatch(TableReader::isText)
                    ? data
                    : new Mapping(data.place(), Map.of("images", source)).over(data.without("source"));
        } catch (IOException e) {
            throw source.value().place().error("the folder can't be read: " + Failures.reason(e) + ".", e);
        }
    }

    /** Whether data are pictures. */
    static boolean isIn(Mapping data) {
        return data.find("images").isPresent() || data.find("pairs").isPresent();
    }

    /** @param data for which {@link #isIn} holds */
    static Recipe.Pictures read(Mapping data, RecipeFolder recipeFolder) {
        data.entries().forEach((key, entry) -> {
            if (!KEYS.contains(key) && !OF_ALL.contains(key)) {
                throw entry.key()
                        .error("expected what pictures take beside 'images', found '" + key + "'. They take "
                                + String.join(", ", KEYS.subList(2, KEYS.size())) + " and limit.");
            }
        });
        Optional<Mapping> pairs = data.find("pairs").map(node -> pairs(node, data));
        Node images = pairs.map(both -> both.require("clean", "clean: originals/"))
                .orElseGet(() -> data.require("images", "images: photos/"));
        Path source = images.asPath(SOURCE, recipeFolder);
        PictureSplitOptions options = PictureSplitOptions.defaults()
                .withTest(path(data, "test", SOURCE, recipeFolder).orElse(null))
                .withNoisy(
                        pairs.map(both -> both.require("noisy", "noisy: scans/").asPath(SOURCE, recipeFolder))
                                .orElse(null))
                .withPictures(pictures(data))
                .withNumbers(new PictureSplitOptions.Numbers(
                        path(data, "labels", "a file of labels", recipeFolder).orElse(null),
                        path(data, "test_labels", "a file of labels", recipeFolder)
                                .orElse(null),
                        data.find("label_column")
                                .map(node -> node.asText("the name of a column"))
                                .orElse(null),
                        data.find("array")
                                .map(node -> node.asText("the name of an array"))
                                .orElse(null),
                        data.find("scale")
                                .map(node -> node.asFloat("a number other than 0", value -> value != 0))
                                .orElse(null)));
        Optional<Node> share = data.find("test_share");
        if (share.isPresent()) {
            requireNone(data, "test", share.get(), "a share of the pictures to test on");
            options = options.withTestShare(
                    share.get().asDouble("a number above 0 and below 1", value -> value > 0 && value < 1));
        }
        if (options.test() == null && options.numbers().testLabels() != null) {
            throw data.require("test_labels", "")
                    .place()
                    .error("expected 'test' beside 'test_labels', found none. Add it, or remove 'test_labels'.");
        }
        Optional<Node> seed = data.find("split_seed");
        return new Recipe.Pictures(
                source,
                seed.isEmpty() ? options : options.withSeed(seed.get().asWholeNumber(Long.MIN_VALUE, Long.MAX_VALUE)));
    }

    private static Mapping pairs(Node node, Mapping data) {
        Mapping pairs = node.asMapping("two folders such as {noisy: scans/, clean: originals/}")
                .allowing("noisy", "clean");
        requireNone(data, "images", node, "'pairs' of folders");
        requireNone(data, "test", node, "'pairs' of folders, with train and test in each where both are given,");
        return pairs;
    }

    private static Optional<Path> path(Mapping data, String key, String expected, RecipeFolder recipeFolder) {
        return data.find(key).map(node -> node.asPath(expected, recipeFolder));
    }

    private static void requireNone(Mapping data, String key, Node beside, String what) {
        if (data.find(key).isPresent()) {
            throw beside.place().error("expected " + what + " or '" + key + "', found both. Remove one of the two.");
        }
    }

    private static PictureOptions pictures(Mapping data) {
        PictureOptions options = PictureOptions.defaults();
        Optional<Node> size = data.find("size");
        if (size.isPresent()) {
            options = options.withSize(size(size.get()));
        }
        Optional<Node> fit = data.find("fit");
        if (fit.isPresent()) {
            if (size.isEmpty()) {
                throw fit.get()
                        .place()
                        .error("expected 'size' beside 'fit', found none. Add the size that the pictures shall have,"
                                + " such as 'size: [96, 64]' (height, width).");
            }
            options = options.withFit(fit.get().asOneOf(Fit.class));
        }
        Optional<Node> colour = data.find("colour");
        if (colour.isPresent()) {
            options = options.withColour(colour.get().asOneOf(PictureOptions.Colour.class));
        }
        Optional<Node> patches = data.find("patches");
        if (patches.isPresent()) {
            requireNone(data, "size", patches.get(), "'patches' of pictures as large as they are");
            options = options.withPatches(patches(patches.get()));
        }
        Optional<Node> background = data.find("background");
        return background.isPresent() ? options.withBackground(background(background.get())) : options;
    }

    private static Patches patches(Node node) {
        Mapping mapping =
                node.asMapping("patches such as {size: 64, overlap: 16}").allowing("size", "overlap");
        Node size = mapping.require("size", "size: 64");
        Node overlap = mapping.find("overlap").orElse(null);
        Picture.Size of = size instanceof Node.Scalar ? square(size.asInt(1, MOST_SIDE)) : size(size);
        try {
            return new Patches(of, overlap == null ? 0 : overlap.asInt(0, MOST_SIDE));
        } catch (IllegalArgumentException e) {
            throw (overlap == null ? size : overlap).place().error(e.getMessage() + ".", e);
        }
    }

    private static Picture.Size square(int side) {
        return new Picture.Size(side, side);
    }

    private static Picture.Size size(Node node) {
        String expected = "height and width such as [96, 64]";
        List<Node> both = node.asItems(expected);
        if (both.size() != 2) {
            throw node.place().error("expected " + expected + ", found a list of " + both.size() + ".");
        }
        return new Picture.Size(
                both.getLast().asInt(1, MOST_SIDE), both.getFirst().asInt(1, MOST_SIDE));
    }

    private static Background background(Node node) {
        String expected = "black, white or a colour such as '#ff8000'";
        return Background.parse(node.asText(expected))
                .orElseThrow(() -> node.place()
                        .error("expected " + expected + ", found " + node.found() + ". Quote it with '#'."));
    }

    static Map<String, Object> write(Recipe.Pictures pictures) {
        PictureSplitOptions options = pictures.options();
        Map<String, Object> tree = new LinkedHashMap<>();
        Path noisy = options.noisy();
        if (noisy == null) {
            tree.put("images", pictures.source().toString());
        } else {
            Map<String, Object> pairs = new LinkedHashMap<>();
            pairs.put("noisy", noisy.toString());
            pairs.put("clean", pictures.source().toString());
            tree.put("pairs", pairs);
        }
        Picture.Size size = options.pictures().size();
        if (size != null) {
            tree.put("size", List.of(size.height(), size.width()));
        }
        Fit fit = options.pictures().fit();
        if (fit != null) {
            tree.put("fit", lower(fit));
        }
        Patches patches = options.pictures().patches();
        if (patches != null) {
            Map<String, Object> cut = new LinkedHashMap<>();
            cut.put("size", List.of(patches.size().height(), patches.size().width()));
            cut.put("overlap", patches.overlap());
            tree.put("patches", cut);
        }
        PictureOptions.Colour colour = options.pictures().colour();
        if (colour != null) {
            tree.put("colour", lower(colour));
        }
        Background background = options.pictures().background();
        if (!background.equals(Background.BLACK)) {
            tree.put("background", background.toString());
        }
        Path test = options.test();
        if (test == null) {
            tree.put("test_share", options.testShare());
        } else {
            tree.put("test", test.toString());
        }
        if (options.seed() != 0) {
            tree.put("split_seed", options.seed());
        }
        PictureSplitOptions.Numbers numbers = options.numbers();
        if (numbers.labels() != null) {
            tree.put("labels", numbers.labels().toString());
        }
        if (numbers.testLabels() != null) {
            tree.put("test_labels", numbers.testLabels().toString());
        }
        if (numbers.labelColumn() != null) {
            tree.put("label_column", numbers.labelColumn());
        }
        if (numbers.array() != null) {
            tree.put("array", numbers.array());
        }
        if (numbers.scale() != null) {
            tree.put("scale", numbers.scale());
        }
        return tree;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
