package dev.hourglass.lab;

import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.lab.detection.LeftOut;
import dev.hourglass.lab.run.JsonWriting;
import dev.hourglass.lab.run.RunFolder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what trainings left out into a run's folder, so that somebody can look at it. */
final class LeftOutFiles {
    /** The workbench takes no more. */
    private static final int MOST_MARKS = 20_000;

    private LeftOutFiles() {}

    /**
     * @param leftOut by model, of those that may leave something out
     * @return what to say of it
     */
    static List<String> write(RunFolder folder, Map<String, LeftOut> leftOut) {
        List<String> sentences = new ArrayList<>();
        leftOut.forEach((model, left) -> {
            String file = "results/" + model + "_left_out.csv";
            folder.write(file, left::write);
            String whose = leftOut.size() == 1 ? "" : model + ": ";
            left.sentences().forEach(sentence -> sentences.add(whose + sentence));
            sentences.add(whose + "All of it is listed in " + file + ", for review.");
        });
        leftOut.values().stream().findFirst().ifPresent(first -> {
            List<Segment> rows = first.parts().stream()
                    .flatMap(part -> part.rows().stream())
                    .sorted(Comparator.comparingInt(Segment::first))
                    .limit(MOST_MARKS)
                    .toList();
            if (!rows.isEmpty()) {
                folder.write("marks/train.json", JsonWriting.text(marks(rows)));
                sentences.add("In the workbench these rows are marked as anomalies of the training data. Step through"
                        + " them and take back what is normal; 'Train on what is normal' trains on the rest.");
            }
        });
        return sentences;
    }

    private static Object marks(List<Segment> rows) {
        return Map.of(
                "marks",
                rows.stream()
                        .map(segment -> {
                            Map<String, Object> mark = new LinkedHashMap<>();
                            mark.put("first", segment.first());
                            mark.put("last", segment.last());
                            mark.put("kind", "anomaly");
                            return mark;
                        })
                        .toList());
    }
}
