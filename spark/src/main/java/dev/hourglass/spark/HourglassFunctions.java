package dev.hourglass.spark;

import dev.hourglass.files.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Models as functions of SQL. */
public final class HourglassFunctions {
    private HourglassFunctions() {}

    /**
     * Registers {@code hourglass_score(model, sample)}: the score of an array of numbers, or of the bytes of a picture or an NPY
     * array, above 1 for an anomaly. It computes row by row; {@link HourglassModel#transform} goes by batches and is faster.
     *
     * @param models by the name that queries give; what each does with bad rows is its own setting, and null is the score of one that
     *     passes
     * @throws dev.hourglass.formats.UnsupportedModelException if one has no threshold
     */
    public static void register(SparkSession spark, Map<String, HourglassModel> models) {
        Map<String, Scorer> scorers = new TreeMap<>();
        models.forEach((name, model) -> scorers.put(name, Scorer.of(spark, model)));
        spark.udf().register("hourglass_score", new ScoreFunction(scorers), DataTypes.DoubleType);
    }

    private record Scorer(ShippedModel model, TransformOptions options, BadRowCounts counts)
            implements java.io.Serializable {
        static Scorer of(SparkSession spark, HourglassModel model) {
            model.outputs(Output.SCORE).requirePossible();
            return new Scorer(model.ship(spark), model.options(), model.countsOf(spark));
        }

        @Nullable
        Double score(String name, SampleIn sample) {
            CompiledModel compiled = model.compiled();
            float[] input = new float[compiled.model().input().size()];
            Optional<Flaw> flaw = new SampleReader(compiled.model(), options).read(sample, input, 0);
            double score = Double.NaN;
            if (flaw.isEmpty()) {
                score = compiled.score(input, compiled.reconstruct(input, 1), 1)[0];
                if (Double.isFinite(score)) {
                    return score;
                }
            }
            Flaw found = flaw.orElse(RowBatches.notFinite(score));
            if (options.onBadRow() == OnBadRow.FAIL) {
                throw new BadRowException("hourglass_score('" + name + "', …)", found.reason());
            }
            counts.add(found.kind());
            return null;
        }
    }

    private record ScoreFunction(Map<String, Scorer> scorers) implements UDF2<String, Object, Double> {
        @Override
        public @Nullable Double call(@Nullable String name, @Nullable Object sample) {
            Scorer scorer = name == null ? null : scorers.get(name);
            if (name == null || scorer == null) {
                throw new IllegalArgumentException("hourglass_score knows no model '" + name + "'."
                        + Spelling.hint(String.valueOf(name), new ArrayList<>(scorers.keySet())) + " Give it to"
                        + " HourglassFunctions.register.");
            }
            return scorer.score(name, sampleOf(sample));
        }

        private static SampleIn sampleOf(@Nullable Object given) {
            SampleIn sample = new SampleIn();
            switch (given) {
                case null -> sample.setFlaw(BadRow.NULL.name());
                case byte[] bytes -> sample.setBytes(bytes);
                case Seq<?> numbers -> setNumbers(sample, CollectionConverters.asJava(numbers));
                default ->
                    throw new IllegalArgumentException("hourglass_score reads arrays of numbers and bytes, found "
                            + given.getClass().getSimpleName() + ". Cast it, or make an array of it.");
            }
            return sample;
        }

        private static void setNumbers(SampleIn sample, List<?> numbers) {
            double[] doubles = new double[numbers.size()];
            int i = 0;
            for (Object number : numbers) {
                switch (number) {
                    case null -> {
                        sample.setFlaw(BadRow.NULL_NUMBER.name());
                        return;
                    }
                    case Number known -> doubles[i++] = known.doubleValue();
                    default ->
                        throw new IllegalArgumentException("hourglass_score reads flat arrays of numbers, found one of "
                                + number.getClass().getSimpleName() + ". Flatten or cast it.");
                }
            }
            sample.setDoubles(doubles);
        }
    }
}
