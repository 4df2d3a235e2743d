package dev.hourglass.server.models;

import dev.hourglass.model.AutoencoderSpec;
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
            views.add(new LayerView(
                    facts.layer().name(),
                    KerasClass.of(facts.layer()).kerasName(),
                    place < last ? "encoder" : place == last ? "waist" : "decoder",
                    facts.output().toArray(),
                    facts.parameters(),
                    facts.trainableParameters(),
                    facts.operations().total(),
                    (long) Float.BYTES * facts.output().size(),
                    LayerFacts.settings(facts.layer()),
                    spec.graph().nodes().get(place).inputs()));
        }
        return views;
    }
}
