package dev.hourglass.spark;

import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * A model as a stage of a pipeline of spark.ml, behind a {@code VectorAssembler} for instance:
 *
 * {@snippet :
 * new Pipeline().setStages(new PipelineStage[] {assembler, HourglassTransformer.of(model)});
 * }
 *
 * <p>What the model reads and adds are settings of the {@link HourglassModel}, not parameters of the stage. A pipeline that has it can't
 * be saved; build it anew from the model's file.
 *
 * <p>The one class here that needs {@code spark-mllib}; nothing else loads it.
 */
public final class HourglassTransformer extends Transformer {
    private static final long serialVersionUID = 1;

    private final String uid;
    private final HourglassModel model;

    private HourglassTransformer(String uid, HourglassModel model) {
        this.uid = uid;
        this.model = model;
    }

    /** The model with its settings as they are. */
    public static HourglassTransformer of(HourglassModel model) {
        return new HourglassTransformer(Identifiable$.MODULE$.randomUID("hourglass"), model);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** As {@link HourglassModel#transform}. */
    @Override
    public Dataset<Row> transform(Dataset<?> rows) {
        return model.transform(rows);
    }

    /** @throws IllegalArgumentException if a frame of these columns can't be transformed */
    @Override
    public StructType transformSchema(StructType schema) {
        return model.transformed(schema);
    }

    @Override
    public Transformer copy(ParamMap extra) {
        return copyValues(new HourglassTransformer(uid, model), extra);
    }
}
