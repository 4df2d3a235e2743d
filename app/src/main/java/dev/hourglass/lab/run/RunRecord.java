package dev.hourglass.lab.run;

import dev.hourglass.data.images.Patches;
import dev.hourglass.data.images.PictureSplitOptions;
import dev.hourglass.lab.Splits;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeWriter;
import dev.hourglass.lab.recipe.TrainingSyntax;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.train.TrainOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a run was made: what would be needed to run it again and to know why it differs.
 *
 * @param recipe as run, with all overrides
 * @param digests of what was trained on and judged by, in the order of the recipe's data
 * @param duration from the start until everything was measured
 * @param journal which processes worked on it
 * @param weightDigests SHA-256 of all weights after each epoch, by model
 */
public record RunRecord(
        Recipe recipe,
        Provenance provenance,
        List<Digests> digests,
        Instant start,
        Duration duration,
        RunJournal journal,
        Map<String, List<String>> weightDigests) {
    /** In the report; run.json lists all. */
    private static final int MOST_LISTED = 20;

    /**
     * SHA-256 of the samples and labels of a data set.
     *
     * @param data as the recipe names it
     * @param classNames of the classes 0, 1, …; empty if they have none
     * @param skipped pictures that can't be read, by name, with the reason
     */
    public record Digests(
            Recipe.Data data,
            String trainingSha256,
            String testSha256,
            List<String> classNames,
            Map<String, String> skipped) {
        public static Digests of(Recipe.Data data, Splits splits) {
            Map<String, String> skipped = new LinkedHashMap<>();
            splits.skipped().forEach(picture -> skipped.put(name(data, picture.file()), picture.reason()));
            return new Digests(
                    data,
                    splits.training().sha256(),
                    splits.test().sha256(),
                    splits.training().classNames(),
                    skipped);
        }

        /** From the folder on, where it lies in it. */
        private static String name(Recipe.Data data, Path file) {
            Recipe.Pictures pictures = data.pictures();
            return pictures != null && file.startsWith(pictures.source())
                    ? pictures.source().relativize(file).toString().replace('\\', '/')
                    : file.toString();
        }
    }

    private static Map<String, String> ofPictures(PictureSplitOptions options, String of) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (options.noisy() != null) {
            facts.put("Noisy pictures" + of, "the user's own, " + options.noisy());
        }
        Patches patches = options.pictures().patches();
        if (patches != null) {
            facts.put("Patches" + of, patches.size() + " pixels, overlapping by " + patches.overlap());
        }
        return facts;
    }

    /** For people, in the order in which the report shows them. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Recipe", recipe.name());
        for (Recipe.Data data : recipe.data()) {
            if (data.folder() != null) {
                facts.put("Data files" + of(data), "the user's own, in " + data.folder());
            }
            if (data.series() != null) {
                facts.put(
                        "Data file" + of(data),
                        "the user's own, " + data.series().file());
            }
            if (data.pictures() != null) {
                facts.put(
                        "Pictures" + of(data),
                        "the user's own, " + data.pictures().source());
                facts.putAll(ofPictures(data.pictures().options(), of(data)));
            }
        }
        facts.put("Epochs", training(TrainOptions::epochs));
        facts.put("Batch size", training(TrainOptions::batchSize));
        facts.put("Loss", training(options -> options.loss().inWords()));
        facts.put("Optimizer", training(options -> options.optimizer().inWords()));
        facts.put("Learning rate", training(TrainOptions::learningRate));
        if (recipe.models().stream().anyMatch(model -> TrainingSyntax.changes(model.training()))) {
            facts.put("Schedule and augmentation", training(TrainingSyntax::changesInWords));
        }
        facts.put("Seed", training(TrainOptions::seed));
        facts.put("Threads", training(TrainOptions::threads));
        for (Digests digest : digests) {
            facts.put("Training data SHA-256" + of(digest.data()), digest.trainingSha256());
            facts.put("Test data SHA-256" + of(digest.data()), digest.testSha256());
            if (!digest.classNames().isEmpty() && digest.data().pictures() != null) {
                facts.put("Classes" + of(digest.data()), String.join(", ", digest.classNames()));
            }
            if (!digest.skipped().isEmpty()) {
                facts.put("Pictures left out" + of(digest.data()), leftOut(digest.skipped()));
            }
        }
        facts.put("Hourglass", provenance.hourglass());
        facts.put("JVM", provenance.jvm());
        facts.put("System", provenance.system());
        facts.put(
                "Processor",
                provenance.processor() + String.format(Locale.ROOT, " (%d available)", provenance.processors()));
        facts.put("Kernels", Kernels.best().description());
        List<String> forced = journal.sessions().stream()
                .flatMap(session -> session.forced().stream())
                .toList();
        int resumed = journal.sessions().size() - 1;
        if (resumed > 0) {
            facts.put("Resumed", resumed == 1 ? "once" : resumed + " times");
        }
        if (!forced.isEmpty()) {
            facts.put("Changed on resuming", String.join("; ", forced));
        }
        facts.put("Started", start.truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "Finished", start.plus(duration).truncatedTo(ChronoUnit.SECONDS).toString());
        return facts;
    }

    private static String leftOut(Map<String, String> skipped) {
        int more = skipped.size() - MOST_LISTED;
        return String.format(Locale.ROOT, "%,d that can't be read: ", skipped.size())
                + skipped.entrySet().stream()
                        .limit(MOST_LISTED)
                        .map(picture -> picture.getKey() + " (" + picture.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + (more > 0 ? String.format(Locale.ROOT, " and %,d more, all listed in run.json", more) : "");
    }

    /** Names the data where there are several. */
    private String of(Recipe.Data data) {
        return digests.size() == 1 ? "" : " of " + data.name();
    }

    /** One value where it is the same for all models, else each model's. */
    private String training(Function<TrainOptions, Object> setting) {
        List<Object> values = recipe.models().stream()
                .map(model -> setting.apply(model.training()))
                .distinct()
                .toList();
        return values.size() == 1
                ? values.getFirst().toString()
                : recipe.models().stream()
                        .map(model -> model.name() + " " + setting.apply(model.training()))
                        .collect(Collectors.joining(", "));
    }

    /** For programs: what run.json holds. */
    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", recipe.name());
        tree.put("start", start.toString());
        tree.put("end", start.plus(duration).toString());
        tree.put("durationSeconds", duration.toMillis() / 1000.0);
        tree.put("data", digests.stream().map(RunRecord::tree).toList());
        tree.put("weightsSha256ByEpoch", weightDigests);
        journal.putHistory(tree);
        Map<String, Object> system = new LinkedHashMap<>(provenance.toTree());
        system.put("kernels", Kernels.best().description());
        tree.put("environment", system);
        tree.put("recipe", RecipeWriter.write(recipe));
        return tree;
    }

    private static Map<String, Object> tree(Digests digests) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", digests.data().name());
        tree.put("trainingSha256", digests.trainingSha256());
        tree.put("testSha256", digests.testSha256());
        if (!digests.classNames().isEmpty()) {
            tree.put("classes", digests.classNames());
        }
        if (!digests.skipped().isEmpty()) {
            tree.put("leftOut", digests.skipped());
        }
        return tree;
    }
}
