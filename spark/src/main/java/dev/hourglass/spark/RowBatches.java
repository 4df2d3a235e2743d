package dev.hourglass.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Sends the rows of a partition through a model, batch by batch: memory holds one batch, however many rows there are. A row's
 * numbers do not depend on the others of its batch.
 *
 * @param key the place of the column that tells rows apart; -1 for none
 * @param outputs what is computed
 */
record RowBatches(ShippedModel model, TransformOptions options, int key, Set<Output> outputs, BadRowCounts counts)
        implements MapPartitionsFunction<Tuple2<Row, SampleIn>, Tuple2<Row, SampleOut>> {
    private static final int MOST_ROWS = 256;
    /** In a batch, of inputs: 16 MB. */
    private static final int MOST_NUMBERS = 1 << 22;

    @Override
    public Iterator<Tuple2<Row, SampleOut>> call(Iterator<Tuple2<Row, SampleIn>> rows) {
        return new Batches(model.compiled(), rows);
    }

    /** @param number of the row in its partition, from 0 */
    private record Place(Row row, long number) {}

    private final class Batches implements Iterator<Tuple2<Row, SampleOut>> {
        private final CompiledModel compiled;
        private final SampleReader reader;
        private final Iterator<Tuple2<Row, SampleIn>> rows;
        private final int size;
        private final int most;
        private final float[] samples;
        private final Queue<Tuple2<Row, SampleOut>> done = new ArrayDeque<>();
        private long read;

        Batches(CompiledModel compiled, Iterator<Tuple2<Row, SampleIn>> rows) {
            this.compiled = compiled;
            this.rows = rows;
            reader = new SampleReader(compiled.model(), options);
            size = compiled.model().input().size();
            most = Math.clamp(MOST_NUMBERS / size, 1, MOST_ROWS);
            samples = new float[Math.multiplyExact(most, size)];
        }

        @Override
        public boolean hasNext() {
            return !done.isEmpty() || rows.hasNext();
        }

        @Override
        public Tuple2<Row, SampleOut> next() {
            if (done.isEmpty()) {
                if (!rows.hasNext()) {
                    throw new NoSuchElementException("the partition has no more rows");
                }
                computeBatch();
            }
            return done.remove();
        }

        private void computeBatch() {
            List<SampleOut> good = new ArrayList<>(most);
            List<Place> places = new ArrayList<>(most);
            while (good.size() < most && done.size() < 2 * most && rows.hasNext()) {
                Tuple2<Row, SampleIn> row = rows.next();
                SampleOut out = carried(row._2());
                Optional<Flaw> flaw = reader.read(row._2(), samples, good.size() * size);
                if (flaw.isPresent()) {
                    refuse(flaw.get(), new Place(row._1(), read), out);
                } else {
                    good.add(out);
                    places.add(new Place(row._1(), read));
                }
                read++;
                done.add(new Tuple2<>(row._1(), out));
            }
            if (!good.isEmpty()) {
                compute(good, places);
            }
        }

        private void compute(List<SampleOut> good, List<Place> places) {
            int count = good.size();
            if (outputs.contains(Output.CODE)) {
                float[] codes = compiled.encode(samples, count);
                int each = codes.length / count;
                for (int i = 0; i < count; i++) {
                    good.get(i).setCode(part(codes, i, each));
                }
            }
            if (outputs.contains(Output.CODE) && outputs.size() == 1) {
                return;
            }
            float[] rebuilt = compiled.reconstruct(samples, count);
            if (outputs.contains(Output.RECONSTRUCTION)) {
                int each = rebuilt.length / count;
                for (int i = 0; i < count; i++) {
                    good.get(i).setReconstruction(part(rebuilt, i, each));
                }
            }
            if (outputs.contains(Output.SCORE) || outputs.contains(Output.ANOMALY)) {
                score(compiled.score(samples, rebuilt, count), good, places);
            }
        }

        private void score(double[] scores, List<SampleOut> good, List<Place> places) {
            for (int i = 0; i < scores.length; i++) {
                SampleOut out = good.get(i);
                if (Double.isFinite(scores[i])) {
                    out.setScore(scores[i]);
                    out.setAnomaly(scores[i] > 1);
                } else {
                    out.setCode(null);
                    out.setReconstruction(null);
                    refuse(notFinite(scores[i]), places.get(i), out);
                }
            }
        }

        private void refuse(Flaw flaw, Place place, SampleOut out) {
            if (options.onBadRow() == OnBadRow.FAIL) {
                throw new BadRowException(name(place), flaw.reason());
            }
            counts.add(flaw.kind());
            out.setReason(flaw.reason());
        }

        private String name(Place place) {
            String column = options.key();
            if (column == null || key < 0) {
                TaskContext task = TaskContext.get();
                return "row " + place.number() + " of partition " + (task == null ? 0 : task.partitionId());
            }
            return "row with " + column + " " + place.row().get(key);
        }
    }

    /** What is wrong with a row that the model rebuilds so. */
    static Flaw notFinite(double score) {
        String reason = "expected a finite score, found " + score
                + "; the model diverged in training, or the numbers are of" + " another kind than those it knows.";
        return new Flaw(BadRow.NOT_FINITE, reason);
    }

    private static SampleOut carried(SampleIn in) {
        SampleOut out = new SampleOut();
        out.setFloats(in.getFloats());
        out.setDoubles(in.getDoubles());
        out.setBytes(in.getBytes());
        return out;
    }

    private static float[] part(float[] all, int index, int each) {
        float[] part = new float[each];
        System.arraycopy(all, index * each, part, 0, each);
        return part;
    }

    /** Where a column stands. */
    static int indexOf(@Nullable String column, String[] columns) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].equals(column)) {
                return i;
            }
        }
        return -1;
    }
}
