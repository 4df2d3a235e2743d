package dev.hourglass.server.series;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.data.BroughtData;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.models.BroughtShelf;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.ModelKey;
import dev.hourglass.server.runs.RunShelf;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Marks in {@code marks/} of a run's folder, a file for each of its data; those of model files that were brought in
 * {@code .marks/} of the folder of runs. Brought data that take the name of others have a file of their own. A run folder may be
 * a stranger's.
 */
public final class Marks {
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_MARKS = 20_000;

    private final RunShelf runs;
    private final ConfinedFolder folder;
    private final BroughtData brought;

    /** @param folder of runs */
    public Marks(RunShelf runs, ConfinedFolder folder, BroughtData brought) {
        this.runs = runs;
        this.folder = folder;
        this.brought = brought;
    }

    /** Whether marks of such data can be kept. */
    static boolean areKept(String dataName) {
        return EvaluationTargets.isOwn(dataName) || BroughtShelf.isBrought(dataName);
    }

    /**
     * Those of a run's data.
     *
     * @param dataName such as {@code test} or {@code data:pump.csv}
     * @param rows of the series; marks beyond are left out
     */
    synchronized List<Mark> read(String run, String dataName, int rows) {
        String file = file(run, dataName);
        try {
            JsonNode tree = Answers.JSON.readTree(folder(run).read(file, MOST_BYTES));
            List<Mark> marks = new ArrayList<>();
            for (JsonNode each : tree.path("marks")) {
                Mark mark = mark(each);
                if (mark.last() < rows) {
                    marks = Mark.with(marks, mark);
                }
            }
            return marks;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw ApiException.unreadable("The file of marks, " + file + ",", e);
        } catch (JacksonException | IllegalArgumentException e) {
            throw ApiException.impossible(
                    null,
                    "The run's file " + file + " holds no marks as this server writes them.",
                    "Correct it, or move it out of the run's folder.");
        }
    }

    private static Mark mark(JsonNode node) {
        if (!node.path("first").isInt() || !node.path("last").isInt()) {
            throw new IllegalArgumentException("a mark needs 'first' and 'last' as whole numbers");
        }
        for (Mark.Kind kind : Mark.Kind.values()) {
            if (kind.word().equals(node.path("kind").asString(""))) {
                return new Mark(node.path("first").asInt(), node.path("last").asInt(), kind);
            }
        }
        throw new IllegalArgumentException("a mark's kind is anomaly or normal");
    }

    /** Changes them; returns what is kept now. */
    synchronized List<Mark> change(String run, String dataName, int rows, UnaryOperator<List<Mark>> change) {
        String file = file(run, dataName);
        List<Mark> marks = change.apply(read(run, dataName, rows));
        if (marks.size() > MOST_MARKS) {
            throw ApiException.impossible(
                    null, "Data may have " + MOST_MARKS + " marks.", "Remove some, or mark longer stretches.");
        }
        try {
            List<Map<String, Object>> each = marks.stream()
                    .map(mark -> Map.<String, Object>of(
                            "first",
                            mark.first(),
                            "last",
                            mark.last(),
                            "kind",
                            mark.kind().word()))
                    .toList();
            folder(run).write(file, Answers.JSON.writeValueAsBytes(Map.of("marks", each)));
            return marks;
        } catch (IOException e) {
            throw ApiException.notKept("The mark", e);
        }
    }

    private ConfinedFolder folder(String run) {
        return run.equals(ModelKey.FILES) ? folder : runs.run(run).folder();
    }

    private String file(String run, String dataName) {
        String marks = run.equals(ModelKey.FILES) ? ".marks/" : "marks/";
        if (EvaluationTargets.isOwn(dataName)) {
            return marks + dataName + ".json";
        }
        if (BroughtShelf.isBrought(dataName)) {
            String name = BroughtShelf.nameOf(dataName);
            return marks + "data-" + name + "@" + brought.source(name).version() + ".json";
        }
        throw ApiException.impossible(
                "data",
                "Marks of uploads are not kept, as uploads are not.",
                "Bring the file as own data, on the page Home or by PATCH …/uploads.");
    }
}
