package dev.hourglass.server.maps;

import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.http.NpyArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some samples of a map: in short, as a table and as numbers. */
record Selection(LatentMap map, Optional<SampleErrors> errors, int[] indices) {
    /** A sample with its error. */
    record Sample(int index, @Nullable Integer label, double mse, double mae) {}

    /** How many have a label. */
    record OfLabel(int label, int samples) {}

    /** The selection in short. */
    record Summary(List<Sample> samples, double meanMse, List<OfLabel> labels) {}

    Summary summary(int most) {
        List<Sample> samples = new ArrayList<>();
        Map<Integer, Integer> counts = new TreeMap<>();
        double sum = 0;
        for (int index : indices) {
            Integer label = map.target().label(index);
            double mse = errors.map(found -> (double) found.mse()[index]).orElse(Double.NaN);
            sum += mse;
            if (label != null) {
                counts.merge(label, 1, Integer::sum);
            }
            if (samples.size() < most) {
                double mae = errors.map(found -> (double) found.mae()[index]).orElse(Double.NaN);
                samples.add(new Sample(index, label, mse, mae));
            }
        }
        List<OfLabel> labels = counts.entrySet().stream()
                .map(entry -> new OfLabel(entry.getKey(), entry.getValue()))
                .toList();
        return new Summary(samples, sum / indices.length, labels);
    }

    /** The columns index, x, y, label, mse, mae, code_0, …; a field that isn't known is empty. */
    String csv() {
        StringBuilder csv = new StringBuilder("index,x,y,label,mse,mae");
        IntStream.range(0, map.codes().dimensions())
                .forEach(i -> csv.append(",code_").append(i));
        csv.append('\n');
        for (int index : indices) {
            Integer label = map.target().label(index);
            csv.append(index).append(',').append(map.places()[2 * index]);
            csv.append(',').append(map.places()[2 * index + 1]);
            csv.append(',').append(label == null ? "" : label);
            csv.append(',')
                    .append(errors.map(found -> Float.toString(found.mse()[index]))
                            .orElse(""));
            csv.append(',')
                    .append(errors.map(found -> Float.toString(found.mae()[index]))
                            .orElse(""));
            for (float number : map.codes().point(index)) {
                csv.append(',').append(number);
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    /** The inputs, [samples, …shape]. */
    NpyArray samples() {
        int size = map.target().data().sampleShape().size();
        float[] values = new float[Math.multiplyExact(indices.length, size)];
        for (int i = 0; i < indices.length; i++) {
            map.target().data().copySample(indices[i], values, i * size);
        }
        int[] shape = IntStream.concat(
                        IntStream.of(indices.length),
                        IntStream.of(map.target().data().sampleShape().toArray()))
                .toArray();
        return NpyArray.of(values, shape);
    }
}
