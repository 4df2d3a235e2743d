package dev.hourglass.formats.keras;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.LayerSpec;
import java.nio.file.Path;
import java.util.List;

/** Opens the reader of Keras's configurations to tests of other packages. */
public final class KerasConfigs {
    private KerasConfigs() {}

    /** The layers of a model's configuration, as JSON. */
    public static List<LayerSpec> layers(String config) {
        Json json = JsonText.parse(config, new Json.Document(Path.of("golden.txt"), "keras"));
        return ConfigReader.read(json, warning -> {}).layers().stream()
                .map(ModelNode.Layer::spec)
                .toList();
    }
}
