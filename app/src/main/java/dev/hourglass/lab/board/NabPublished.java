package dev.hourglass.lab.board;

import dev.hourglass.files.Failures;
import dev.hourglass.files.Folders;
import dev.hourglass.lab.board.files.PlainTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scores that others have published with NAB, so that the protocol here can be held against their known results: in
 * {@code results/DETECTOR/GROUP/DETECTOR_FILE.csv}, as in NAB's repository, or in {@code scores/DETECTOR.txt.gz}, each file's after a line
 * {@code # GROUP/FILE.csv}.
 */
final class NabPublished {
    private NabPublished() {}

    /** By detector, one array of scores for each file of the corpus; a detector that lacks one is left out. */
    static Map<String, List<double[]>> read(Path folder, NabCorpus corpus) {
        Map<String, List<double[]>> all = new TreeMap<>();
        try {
            Path scores = folder.resolve("scores");
            if (Files.isDirectory(scores)) {
                for (Path file : Folders.files(scores)) {
                    String name = String.valueOf(file.getFileName()).replaceFirst("\\.txt(\\.gz)?$", "");
                    Map<String, double[]> byFile = inOneFile(file);
                    if (byFile.keySet().containsAll(names(corpus))) {
                        all.put(name, names(corpus).stream().map(byFile::get).toList());
                    }
                }
            }
            Path results = folder.resolve("results");
            if (Files.isDirectory(results)) {
                for (Path detector : Folders.folders(results)) {
                    List<double[]> each = inFolder(detector, corpus);
                    if (each.size() == corpus.files().size()) {
                        all.put(String.valueOf(detector.getFileName()), each);
                    }
                }
            }
        } catch (IOException e) {
            throw new BoardException("Can't read published scores in " + folder + ": " + Failures.reason(e), e);
        }
        return all;
    }

    private static List<String> names(NabCorpus corpus) {
        return corpus.files().stream().map(NabCorpus.File::name).toList();
    }

    private static Map<String, double[]> inOneFile(Path file) {
        Map<String, double[]> byFile = new TreeMap<>();
        List<Double> scores = new ArrayList<>();
        String name = "";
        for (String[] row : PlainTable.read(file, "\t", false).rows()) {
            if (row[0].startsWith("#")) {
                put(byFile, name, scores);
                name = row[0].substring(1).strip();
                scores.clear();
            } else {
                scores.add(number(file, row[0]));
            }
        }
        put(byFile, name, scores);
        return byFile;
    }

    private static void put(Map<String, double[]> byFile, String name, List<Double> scores) {
        if (!name.isEmpty()) {
            byFile.put(name, scores.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    private static double number(Path file, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BoardException(file + ": expected a score a line, found '" + text + "'.", e);
        }
    }

    private static List<double[]> inFolder(Path detector, NabCorpus corpus) {
        List<double[]> all = new ArrayList<>();
        for (String name : names(corpus)) {
            int slash = name.lastIndexOf('/');
            Path file = detector.resolve(
                    name.substring(0, slash + 1) + detector.getFileName() + "_" + name.substring(slash + 1));
            if (Files.isRegularFile(file)) {
                PlainTable table = PlainTable.read(file, ",", true);
                all.add(table.numbers(table.column("anomaly_score")));
            }
        }
        return all;
    }
}
