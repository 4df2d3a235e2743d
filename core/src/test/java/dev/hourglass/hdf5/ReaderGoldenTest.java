package dev.hourglass.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.hdf5.Attribute.Other;
import dev.hourglass.hdf5.Attribute.Text;
import dev.hourglass.hdf5.Attribute.Texts;
import dev.hourglass.hdf5.Attribute.Whole;
import dev.hourglass.hdf5.Dataset.Values;
import dev.hourglass.hdf5.Dataset.WholeType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the real h5py and Keras; interop/make_hdf5_goldens.py makes them and says what is in them. */
class ReaderGoldenTest {
    @Test
    void attributesOfEveryKindAreRead() {
        Map<String, Attribute> attributes = GoldenFile.read("attributes.h5").attributes();

        assertThat(attributes)
                .containsEntry("text", new Text("größer"))
                .containsEntry("empty text", new Text(""))
                .containsEntry("fixed", new Text("abc"))
                .containsEntry("texts", new Texts(List.of("a", "", "größer")))
                .containsEntry("fixed texts", new Texts(List.of("kernel:0", "bias:0")))
                .containsEntry("no texts", new Texts(List.of()))
                .containsEntry("whole", new Whole(-7))
                .containsEntry("large", new Whole(1L << 40))
                .containsEntry("float", new Other("float"))
                .hasSize(9);
    }

    @Test
    void attributesOfTheLatestFormatAreRead() {
        assertThat(GoldenFile.read("attributes-latest.h5").attributes())
                .isEqualTo(Map.of("text", new Text("größer"), "no texts", new Texts(List.of())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f2le", "f2be", "f4le", "f4be", "f8le", "f8be"})
    void floatsOfEveryWidthAndOrderAreRead(String type) {
        assertRamp(GoldenFile.read("types.h5"), "floats/" + type, 2, 3);
    }

    @Test
    void integersOfEveryWidthAndOrderAreRead() {
        Group root = GoldenFile.read("types.h5");
        Group wholes = (Group) root.find("wholes").orElseThrow();

        assertThat(wholes.children()).hasSize(9);
        wholes.children().forEach((name, node) -> {
            Values.Wholes values = (Values.Wholes) ((Dataset) node).values();
            assertThat(values.values()).as(name).containsExactly(126, 0, 1);
            boolean wide = Set.of("u4le", "i8le", "i8be").contains(name);
            assertThat(values.type()).as(name).isEqualTo(wide ? WholeType.INT64 : WholeType.INT32);
        });
    }

    @Test
    void scalarsEmptyArraysAndUnreadTypesAreRead() {
        Group root = GoldenFile.read("types.h5");

        assertThat(dataset(root, "scalar").dimensions()).isEmpty();
        assertThat(floats(root, "scalar")).containsExactly(2.5f);
        assertThat(((Values.Wholes) dataset(root, "iteration").values()).values())
                .containsExactly(12);
        assertThat(dataset(root, "empty").dimensions()).containsExactly(0, 3);
        assertThat(floats(root, "empty")).isEmpty();
        assertThat(dataset(root, "names").values()).isEqualTo(new Values.Other("text"));
        assertThat(dataset(root, "flags").values()).isEqualTo(new Values.Other("enumeration"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunks.h5", "chunks-latest.h5"})
    void chunksAreReadPlainDeflatedAndShuffled(String file) {
        Group root = GoldenFile.read(file);

        assertRamp(root, "plain", 5, 7);
        assertRamp(root, "deflated", 40, 7);
        assertRamp(root, "shuffled", 5, 7);
        assertRamp(root, "both", 3, 5, 7);
        assertRamp(root, "single", 5, 7);
    }

    @Test
    void groupsInGroupsAndManyNamesAreRead() {
        Group root = GoldenFile.read("tree.h5");

        assertThat(root.children()).containsOnlyKeys("a", "hollow", "wide");
        Group wide = (Group) root.find("wide").orElseThrow();
        assertThat(wide.children()).hasSize(40);
        for (int i = 0; i < 40; i++) {
            assertThat(floats(wide, String.format("d%02d", i))).containsExactly(i);
        }
        assertThat(root.find("a/b/c/d").orElseThrow())
                .isEqualTo(Group.builder().attribute("depth", new Whole(4)).build());
        assertThat(root.find("hollow").orElseThrow()).isEqualTo(Group.builder().build());
    }

    @Test
    void theWeightsOfAKerasModelAreRead() {
        Group root = GoldenFile.read("keras.weights.h5");

        assertRamp(root, "layers/conv2d/vars/0", 3, 3, 1, 2);
        assertRamp(root, "layers/conv2d/vars/1", 2);
        assertRamp(root, "layers/dense/vars/0", 32, 3);
        assertRamp(root, "layers/dense/vars/1", 3);
        assertThat(((Values.Wholes) dataset(root, "optimizer/vars/0").values()).values())
                .hasSize(1);
    }

    @Test
    void aLegacyKerasModelIsRead() {
        Group root = GoldenFile.read("keras-legacy.h5");

        assertThat(root.attributes()).containsKeys("keras_version", "backend", "model_config", "training_config");
        assertThat(root.attributes().get("model_config"))
                .isInstanceOfSatisfying(
                        Text.class,
                        config -> assertThat(config.value()).startsWith("{").contains("\"c1\""));
        Group weights = (Group) root.find("model_weights").orElseThrow();
        assertThat(weights.attributes()).containsEntry("layer_names", new Texts(List.of("c1", "flatten", "d1")));
        assertThat(((Group) weights.find("flatten").orElseThrow()).attributes())
                .containsEntry("weight_names", new Texts(List.of()));
        assertRamp(weights, "d1/sequential/d1/kernel", 32, 3);
    }

    private static void assertRamp(Group root, String path, Integer... dimensions) {
        assertThat(dataset(root, path).dimensions()).as(path).containsExactly(dimensions);
        float[] values = floats(root, path);
        for (int k = 0; k < values.length; k++) {
            assertThat(values[k]).as("%s[%d]", path, k).isEqualTo(k / 8f);
        }
    }

    private static float[] floats(Group group, String path) {
        return ((Values.Floats) dataset(group, path).values()).values();
    }

    private static Dataset dataset(Group group, String path) {
        return (Dataset) group.find(path).orElseThrow(() -> new AssertionError("nothing at " + path));
    }
}
