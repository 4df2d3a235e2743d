package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.Waist;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The architectures are those of public files; each is written as its layers, see {@link #layer}. */
class WaistRuleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Wider in the middle than at the ends: where the last pooling is, or what is narrower after it.
                "28,28,1 | C32 P C32 P T32 T32 C1 | 4",
                "28,28,1 | C32 P C32 U C1 | 2",
                "28,28,1 | C32 P C32 P C32 U C32 U C1 | 4",
                "32,32,3 | C32 P C64 P C64 B U C32 B U C3 | 4",
                "28,28,1 | C32 P C64 P C128 C128 U C64 U C1 | 4",
                "28,280,1 | C32 C32 P O C64 C64 P O T64 T32 C1 | 8",
                "28,28,1 | C32 B P C64 B P C90 B C90 B U C45 B U C1 | 6",
                "20,40,1 | C32 C64 B P C16 t64 t32 U C1 | 5",
                "6,112,1 | C64 P C32 U C16 C1 | 3",
                "6,112,1 | X6,112,1 C64 P C64 U C64 C1 X6,112 | 3",
                "4,4,1 | C8 P C8 U C1 | 2",
                "12,12,3 | C64 P C16 t16 U C3 C3 | 3",
                "300,300,1 | C32 P C16 P C5 F X75,75,5 U C8 U C1 | 6",
                // Dense and wide.
                "30 | D200 D42 D42 D200 D30 | 2",
                "6 | D64 D32 D64 D6 | 2",
                "3 | D8 D5 D8 D3 | 2",
                "3 | D4 D16 D8 D16 D3 | 3",
                // A sequence told in one vector.
                "30,1 | L64 R30 S64 E1 | 1",
                "10,21 | S64 L32 R10 S32 S64 E21 | 2",
                "50,10 | S64 L32 D20 R50 S32 S64 E10 | 3",
                "1,7 | S16 B S4 L2 B R1 B S4 B S16 E7 | 5",
                "10,9 | S64 O L32 O R10 S32 O S64 O E9 | 4",
                "10,1 | S128 O L64 O D32 R10 S64 S128 E1 | 5",
                // Narrower, as ever; activations and a flattening belong to the code, what follows the output does not.
                "8,8,1 | C4 P C2 A T3 U C1 | 4",
                "8,8,1 | C4 P F D3 A D64 X8,8,1 | 5",
                "28,28 | F D100 D30 D100 D784 X28,28 | 3",
                "8,8,1 | C4 P C1 F X4,4,1 U C4 C1 X1,64 A X8,8,1 | 4",
                "20,3 | S8 S2 S8 E3 | 2",
                // A window in, another thing out.
                "20,3 | L16 D4 R5 S16 E3 | 2",
            })
    void takesTheNarrowestValueInTheMiddle(String input, String layers, int encoderLayers) {
        assertThat(waist(input, layers)).isEqualTo(new Waist(encoderLayers, Waist.Source.BY_RULE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "784 | D64 D32",
                "28,28,1 | C16 P C8 P",
                "28,28,1 | C32 P C64 P",
                "20,12 | S128 S64 L32 D12",
                "50,10 | S64 L32 D20",
                "1000 | D512 D128 D64",
            })
    void takesAModelThatGivesLessForAnEncoder(String input, String layers) {
        int all = layers.split(" ").length;
        assertThat(waist(input, layers)).isEqualTo(new Waist(all, Waist.Source.BY_RULE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"30 | D100 D784 X28,28", "10,14,16 | t64 t32 U C1", "32 | R10 S16 E3", "2 | D16 D64"})
    void takesAModelThatGivesMoreForADecoder(String input, String layers) {
        assertThat(waist(input, layers)).isEqualTo(new Waist(0, Waist.Source.BY_RULE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | D16 D3",
                "3 | D16 D16 D3",
                "784 | D784",
                "30 | D64 D128 D30",
                "36,2 | S32 S64 E32 E2",
                "8,8,3 | C16 C16 C3",
                "74,15 | S32 E4"
            })
    void saysNothingWhereNothingIsNarrowerInTheMiddle(String input, String layers) {
        assertThat(waist(input, layers)).isEqualTo(Waist.UNKNOWN);
    }

    private static Waist waist(String input, String layers) {
        String text = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": [{\"class_name\":"
                + " \"InputLayer\", \"config\": {\"batch_shape\": [null, " + input + "]}}, "
                + Arrays.stream(layers.split(" ")).map(WaistRuleTest::layer).collect(Collectors.joining(", ")) + "]}}";
        Json json = JsonText.parse(text, new Json.Document(Path.of("m.keras"), "config.json"));
        return new WaistRule(ConfigReader.read(json, warning -> {})).byRule();
    }

    /** A letter for the class, then its units, filters or shape; images keep their size but for P, U and T, which are by 2. */
    private static String layer(String word) {
        String number = word.substring(1);
        String window = "\"filters\": " + number + ", \"kernel_size\": 3, \"padding\": \"same\"";
        return switch (word.charAt(0)) {
            case 'C' -> node("Conv2D", window);
            case 'T' -> node("Conv2DTranspose", window + ", \"strides\": 2");
            case 't' -> node("Conv2DTranspose", window);
            case 'P' -> node("MaxPooling2D", "\"padding\": \"same\"");
            case 'U' -> node("UpSampling2D", "\"size\": 2");
            case 'D' -> node("Dense", "\"units\": " + number);
            case 'L' -> node("LSTM", "\"units\": " + number);
            case 'S' -> node("LSTM", "\"units\": " + number + ", \"return_sequences\": true");
            case 'R' -> node("RepeatVector", "\"n\": " + number);
            case 'E' -> node("TimeDistributed", "\"layer\": " + node("Dense", "\"units\": " + number));
            case 'X' -> node("Reshape", "\"target_shape\": [" + number + "]");
            case 'F' -> node("Flatten", "\"trainable\": true");
            case 'B' -> node("BatchNormalization", "\"axis\": -1");
            case 'A' -> node("Activation", "\"activation\": \"relu\"");
            case 'O' -> node("Dropout", "\"rate\": 0.2");
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static String node(String kerasClass, String settings) {
        return "{\"class_name\": \"" + kerasClass + "\", \"config\": {" + settings + "}}";
    }
}
