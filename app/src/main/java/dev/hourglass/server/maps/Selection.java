package dev.hourglass.server.maps;

import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** The inputs as NPY, [samples, …shape], one after the other: all at once may be more than Java has room for. */
    void writeSamples(OutputStream out) throws IOException {
        Shape shape = map.target().data().sampleShape();
        float[] sample = new float[shape.size()];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * sample.length).order(ByteOrder.LITTLE_ENDIAN);
        out.write(NpyArray.header(
                "<f4",
                IntStream.concat(IntStream.of(indices.length), IntStream.of(shape.toArray()))
                        .toArray()));
        for (int index : indices) {
            map.target().data().copySample(index, sample, 0);
            bytes.asFloatBuffer().put(sample);
            out.write(bytes.array());
        }
    }
}
