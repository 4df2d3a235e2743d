package dev.hourglass.server.models;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer as a page draws it.
 *
 * @param operations for one sample forward, as {@link dev.hourglass.model.Operations} counts
 * @param settings for people
 * @param inputs the layers that it reads, or the model's input
 */
record LayerView(
        String name,
        String type,
        String part,
        int[] outputShape,
        long parameters,
        long trainableParameters,
        long operations,
        long activationBytes,
        String settings,
        List<String> inputs) {
    static List<LayerView> of(AutoencoderSpec spec) {
        List<LayerView> views = new ArrayList<>();
        int last = spec.encoderLayers() - 1;
        for (LayerFacts facts : spec.facts().layers()) {
            int place = views.size();
            Graph.Node node = spec.graph().nodes().get(place);
            // A further use has the weights of the first.
            boolean isFurtherUse = node.isFurtherUse();
            views.add(new LayerView(
                    node.name(),
                    KerasClass.of(facts.layer()).kerasName(),
                    place < last ? "encoder" : place == last ? "waist" : "decoder",
                    facts.output().toArray(),
                    isFurtherUse ? 0 : facts.parameters(),
                    isFurtherUse ? 0 : facts.trainableParameters(),
                    facts.operations().total(),
                    (long) Float.BYTES * facts.output().size(),
                    LayerFacts.settings(facts.layer()),
                    node.inputs()));
        }
        return views;
    }
}
