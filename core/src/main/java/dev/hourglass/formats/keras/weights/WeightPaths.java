package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where {@code model.weights.h5} keeps each layer's variables. Keras names places by class and count, not by the layer's
 * name: the second convolution of a model lies in {@code layers/conv2d_1/vars}.
 */
public final class WeightPaths {
    /** Where a TimeDistributed keeps what it applies to each step, below its own place. */
    private static final String OF_EACH_STEP = "/layer";

    /**
     * Variables of a layer that lie together: all that it has, but for a layer that goes both ways.
     *
     * @param path of the group whose data sets 0, 1, … they are
     */
    record Holder(ModelNode.Layer layer, List<Variable> variables, String path) {}

    private WeightPaths() {}

    /** The layers that have variables, in the order of computation. */
    static List<Holder> of(ModelNode.Model model) {
        List<Holder> holders = new ArrayList<>();
        add(model, "", /* eachStep= */ false, holders);
        return holders;
    }

    private static void add(ModelNode.Model model, String above, boolean eachStep, List<Holder> holders) {
        Map<String, Integer> counts = new HashMap<>();
        for (ModelNode node : model.nodes()) {
            if (node.isFurtherUse()) {
                continue;
            }
            String place = place(node, eachStep);
            int earlier = counts.merge(place, 1, Integer::sum) - 1;
            String path = above + "layers/" + place + (earlier == 0 ? "" : "_" + earlier);
            switch (node) {
                case ModelNode.Layer layer -> {
                    if (!layer.variables().isEmpty()) {
                        add(layer, path, eachStep, holders);
                    }
                }
                case ModelNode.Model nested -> {
                    boolean steps = nested.kind() == ModelNode.Kind.EACH_STEP;
                    if (!addCells(nested, path, eachStep, holders)) {
                        add(within(nested), inside(nested, path), eachStep || steps, holders);
                    }
                }
            }
        }
    }

    /** Adds where an RNN's cells keep their variables; nothing, and gives false, where the model is another. */
    static boolean addCells(ModelNode.Model model, String path, boolean eachStep, List<Holder> holders) {
        if (!model.isRnn()) {
            return false;
        }
        Map<String, Integer> counts = new HashMap<>();
        for (ModelNode.Layer walk : model.layers()) {
            if (model.kind() == ModelNode.Kind.CELL) {
                add(walk, path, eachStep, holders);
            } else {
                String cell = KerasClass.of(inFile(walk, eachStep)).snakeCase() + "_cell";
                int earlier = counts.merge(cell, 1, Integer::sum) - 1;
                String place = path + "/cell/cells/" + cell + (earlier == 0 ? "" : "_" + earlier) + "/vars";
                holders.add(new Holder(walk, walk.variables(), place));
            }
        }
        return true;
    }

    /** The model that a TimeDistributed of one applies to each step; others as they are. */
    static ModelNode.Model within(ModelNode.Model model) {
        return model.kind() == ModelNode.Kind.EACH_STEP && model.nodes().getFirst() instanceof ModelNode.Model inner
                ? inner
                : model;
    }

    /** What the places of a model's layers begin with, whose own place is at the path. */
    static String inside(ModelNode.Model model, String path) {
        return path + (model.kind() == ModelNode.Kind.EACH_STEP ? OF_EACH_STEP : "") + "/";
    }

    /**
     * Adds where a layer keeps its variables, whose own place is at the path.
     *
     * @param eachStep whether it stands in a model that is applied to each step
     */
    static void add(ModelNode.Layer layer, String path, boolean eachStep, List<Holder> holders) {
        LayerSpec spec = inFile(layer, eachStep);
        List<Variable> variables = layer.variables();
        String place = path + within(spec);
        while (spec instanceof LayerSpec.TimeDistributed each) {
            spec = each.layer();
        }
        if (spec instanceof LayerSpec.Bidirectional both) {
            int ofForward = both.forward().recurrence().useBias() ? 3 : 2;
            holders.add(new Holder(layer, variables.subList(0, ofForward), place + "/forward_layer/cell/vars"));
            holders.add(new Holder(
                    layer, variables.subList(ofForward, variables.size()), place + "/backward_layer/cell/vars"));
        } else {
            addWhole(layer, spec, place, holders);
        }
    }

    private static void addWhole(ModelNode.Layer layer, LayerSpec spec, String place, List<Holder> holders) {
        List<Variable> variables = layer.variables();
        if (spec instanceof LayerSpec.MultiHeadAttention attention) {
            int each = attention.useBias() ? 2 : 1;
            for (int i = 0; i < variables.size(); i += each) {
                String name = variables.get(i).name();
                String of = name.substring(0, name.indexOf('_'));
                holders.add(new Holder(layer, variables.subList(i, i + each), place + "/" + of + "_dense/vars"));
            }
        } else {
            holders.add(new Holder(layer, variables, place));
        }
    }

    /** The layer as the file has it, where it stands in a model that is applied to each step. */
    private static LayerSpec inFile(ModelNode.Layer layer, boolean eachStep) {
        return eachStep && layer.spec() instanceof LayerSpec.TimeDistributed each ? each.layer() : layer.spec();
    }

    /** What Keras calls a layer's or model's group, but for its number. */
    static String place(ModelNode node, boolean eachStep) {
        return switch (node) {
            case ModelNode.Layer layer -> KerasClass.of(inFile(layer, eachStep)).snakeCase();
            case ModelNode.Model nested ->
                switch (nested.kind()) {
                    case SEQUENTIAL -> "sequential";
                    case FUNCTIONAL -> "functional";
                    case EACH_STEP -> KerasClass.TIME_DISTRIBUTED.snakeCase();
                    case CELL, CELLS -> "rnn";
                };
        };
    }

    /** Where a layer keeps its variables below its own place, or the two ways of one that goes both ways theirs. */
    private static String within(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Recurrent ignored -> "/cell/vars";
            case LayerSpec.State ignored -> "/vars";
            case LayerSpec.ConvolutionalLstm ignored -> "/cell/vars";
            case LayerSpec.Bidirectional ignored -> "";
            case LayerSpec.MultiHeadAttention ignored -> "";
            case LayerSpec.TimeDistributed each -> OF_EACH_STEP + within(each.layer());
            case LayerSpec.Convolution ignored -> "/vars";
            case LayerSpec.ChannelwiseConvolution ignored -> "/vars";
            case LayerSpec.VolumeConvolution ignored -> "/vars";
            case LayerSpec.OneDimensional ignored -> "/vars";
            case LayerSpec.ChannelsFirst first -> within(first.layer());
            case LayerSpec.Dense ignored -> "/vars";
            case LayerSpec.BatchNormalization ignored -> "/vars";
            case LayerSpec.SampleNormalization ignored -> "/vars";
            case LayerSpec.Resampling ignored -> "/vars";
            case LayerSpec.Rearrangement ignored -> "/vars";
            case LayerSpec.Elementwise ignored -> "/vars";
            case LayerSpec.PRelu ignored -> "/vars";
            case LayerSpec.Embedding ignored -> "/vars";
            case LayerSpec.Masking ignored -> "/vars";
            case LayerSpec.VectorQuantizer ignored -> "/vars";
            case LayerSpec.Merge ignored -> "/vars";
        };
    }
}
