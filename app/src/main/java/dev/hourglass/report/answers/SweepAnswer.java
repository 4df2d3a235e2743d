package dev.hourglass.report.answers;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Sweep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** How the latent size affects a model's error, beside PCA's. */
final class SweepAnswer {
    /** A larger latent size that lowers the error by less than this share does not help, as far as one run can tell. */
    private static final double HELPS = 0.05;

    private SweepAnswer() {}

    static List<String> of(ModelResult model, Sweep sweep) {
        List<Sweep.Point> points = sweep.points().stream()
                .filter(point -> Double.isFinite(point.mse()))
                .toList();
        if (points.size() < 2) {
            return List.of();
        }
        String name = Names.model(model);
        List<String> sentences = new ArrayList<>();
        sentences.add(name + ", trained from scratch for " + Numbers.count(sweep.epochs(), "epoch")
                + " each, has a test MSE of "
                + points.stream()
                        .map(point -> Numbers.error(point.mse()) + " with " + point.latentSize())
                        .collect(Collectors.joining(", "))
                + " numbers at the waist.");
        String diverged = sizes(sweep.points().stream()
                .filter(point -> !Double.isFinite(point.mse()))
                .toList());
        if (!diverged.isEmpty()) {
            sentences.add("With " + diverged + " numbers its training diverged.");
        }
        sentences.add(rivals(name, sweep, points));
        sentences.add(reading(name, points));
        return sentences;
    }

    private static String rivals(String name, Sweep sweep, List<Sweep.Point> points) {
        String wins = sizes(points.stream()
                .filter(point -> point.mse() < sweep.pcaMse(point))
                .toList());
        String losses = sizes(points.stream()
                .filter(point -> point.mse() >= sweep.pcaMse(point))
                .toList());
        if (losses.isEmpty()) {
            return name + " has a smaller error than PCA at every size.";
        }
        return wins.isEmpty()
                ? "PCA has a smaller error than " + name + " at every size."
                : name + " has a smaller error than PCA with " + wins + " numbers, a larger one with " + losses + ".";
    }

    private static String sizes(List<Sweep.Point> points) {
        return points.stream()
                .map(point -> Integer.toString(point.latentSize()))
                .collect(Collectors.joining(", "));
    }

    /** From which size on nothing that is larger helps. */
    private static String reading(String name, List<Sweep.Point> points) {
        Sweep.Point best = points.stream()
                .min(Comparator.comparingDouble(Sweep.Point::mse))
                .orElseThrow();
        Sweep.Point enough = points.stream()
                .filter(point -> point.mse() * (1 - HELPS) <= best.mse())
                .findFirst()
                .orElse(best);
        Sweep.Point last = points.getLast();
        if (enough.latentSize() == last.latentSize()) {
            return "More numbers help " + name + " up to the largest size tried: " + last.latentSize()
                    + " numbers give " + Numbers.factor(points.getFirst().mse() / last.mse())
                    + " times less error than " + points.getFirst().latentSize() + ".";
        }
        return "Beyond " + enough.latentSize() + " numbers, a larger waist improves " + name
                + " by less than 5 % in this training: the waist is no longer the limit.";
    }
}
