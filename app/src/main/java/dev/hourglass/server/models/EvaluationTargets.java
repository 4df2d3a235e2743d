package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.Query;
import dev.hourglass.tensor.Shape;
import io.javalin.http.Context;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Finds the model and the samples that a request names. */
public final class EvaluationTargets {
    private static final int MOST_EPOCHS = 1_000_000;

    private final ModelShelf models;
    private final DataShelf data;
    private final Uploads uploads;
    private final BroughtShelf brought;

    public EvaluationTargets(ModelShelf models, DataShelf data, Uploads uploads, BroughtShelf brought) {
        this.models = models;
        this.data = data;
        this.uploads = uploads;
        this.brought = brought;
    }

    /** The model of the path, after the epoch that the query names. */
    public OpenModel model(Context context) {
        OptionalInt epoch = new Query(context).integer("epoch", 1, MOST_EPOCHS);
        return models.open(key(context, epoch.isPresent() ? epoch.getAsInt() : null));
    }

    /** The same for a service, which may be asked thousands of times a second; see {@link ModelShelf#openedLately}. */
    OpenModel service(Context context) {
        OptionalInt epoch = new Query(context).integer("epoch", 1, MOST_EPOCHS);
        return models.openedLately(key(context, epoch.isPresent() ? epoch.getAsInt() : null));
    }

    public OpenModel model(ModelKey key) {
        return models.open(key);
    }

    public static ModelKey key(Context context, @Nullable Integer epoch) {
        return new ModelKey(context.pathParam("run"), context.pathParam("model"), epoch);
    }

    /** The model of the path with the samples of the parameter {@code data}. */
    public EvaluationTarget target(Context context) {
        Query query = new Query(context);
        return target(model(context), query.text("data", "test"), query.text("labelColumn", ""));
    }

    public EvaluationTarget target(OpenModel model, String dataName) {
        return target(model, dataName, "");
    }

    private EvaluationTarget target(OpenModel model, String dataName, String labelColumn) {
        if (BroughtShelf.isBrought(dataName)) {
            BroughtShelf.Opened opened = brought.open(dataName, model, labelColumn);
            return new EvaluationTarget(model, opened.key(), opened.data(), imageShape(model));
        }
        Dataset found = switch (dataName) {
            case "test" -> open(model, Split.TEST);
            case "train" -> open(model, Split.TRAINING);
            default ->
                uploads.find(dataName, model.key())
                        .orElseThrow(() -> ApiException.missing(
                                "data",
                                "There are no data '" + ErrorResponses.excerpt(dataName) + "' for this model.",
                                "Give test, train, data: and the name of brought data, or a new upload;"
                                        + " uploads are kept for an hour."));
        };
        return new EvaluationTarget(model, dataName, found, imageShape(model));
    }

    /** Whether it names data of the run and no upload. */
    public static boolean isOwn(String dataName) {
        return dataName.equals("test") || dataName.equals("train");
    }

    private Dataset open(OpenModel model, Split split) {
        Recipe.Data own = model.data();
        if (own == null) {
            throw ApiException.missing(
                    "data",
                    "A model file that was brought has no data of its own.",
                    "Give data: and the name of brought data, or an upload.");
        }
        return data.open(own, split).reshaped(model.input());
    }

    /** What a sample is as an image, or null. */
    public @Nullable Shape imageShape(OpenModel model) {
        return imageShape(model.data(), model.input());
    }

    @Nullable
    Shape imageShape(Recipe.@Nullable Data of, Shape input) {
        Shape stored = of == null || of.isOwn()
                ? input
                : data.catalog().spec(of.name()).sampleShape();
        return stored.rank() == 3 ? stored : input.rank() == 3 ? input : null;
    }

    /** The epochs whose weights were kept, in order. */
    public List<Integer> epochs(ModelKey key) {
        return models.epochs(key);
    }

    /** What kind of model it is, by its layers. */
    static String kind(Iterable<LayerSpec> layers) {
        boolean convolves = false;
        for (LayerSpec layer : layers) {
            switch (layer) {
                case LayerSpec.Recurrent ignored -> {
                    return "recurrent";
                }
                case LayerSpec.State ignored -> {
                    return "recurrent";
                }
                case LayerSpec.Bidirectional ignored -> {
                    return "recurrent";
                }
                case LayerSpec.ConvolutionalLstm ignored -> {
                    return "recurrent";
                }
                case LayerSpec.Convolution ignored -> convolves = true;
                case LayerSpec.ChannelwiseConvolution ignored -> convolves = true;
                case LayerSpec.VolumeConvolution ignored -> convolves = true;
                case LayerSpec.OneDimensional one ->
                    convolves |= one.overRow() instanceof LayerSpec.Convolution
                            || one.overRow() instanceof LayerSpec.ChannelwiseConvolution;
                case LayerSpec.ChannelsFirst first -> convolves |= first.layer() instanceof LayerSpec.Convolution;
                case LayerSpec.Dense ignored -> {}
                case LayerSpec.TimeDistributed each -> {
                    String within = kind(List.of(each.layer()));
                    if (within.equals("recurrent")) {
                        return within;
                    }
                    convolves |= within.equals("convolutional");
                }
                case LayerSpec.BatchNormalization ignored -> {}
                case LayerSpec.SampleNormalization ignored -> {}
                case LayerSpec.Resampling ignored -> {}
                case LayerSpec.Rearrangement ignored -> {}
                case LayerSpec.Elementwise ignored -> {}
                case LayerSpec.PRelu ignored -> {}
                case LayerSpec.Embedding ignored -> {}
                case LayerSpec.Masking ignored -> {}
                case LayerSpec.VectorQuantizer ignored -> {}
                case LayerSpec.Merge ignored -> {}
            }
        }
        return convolves ? "convolutional" : "other";
    }
}
