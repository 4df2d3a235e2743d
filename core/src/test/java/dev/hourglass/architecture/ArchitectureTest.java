package dev.hourglass.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .importUrl(Shape.class.getProtectionDomain().getCodeSource().getLocation());
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages("dev.hourglass.planted");

    static Stream<HouseRule> rules() {
        return Stream.concat(HouseRules.everywhere().stream(), HouseRules.ofCore().stream());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void coreKeeps(HouseRule rule) {
        rule.rule().check(CORE);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void flagsItsPlantedCulpritAndNothingElse(HouseRule rule) {
        List<String> violations =
                rule.rule().evaluate(PLANTED).getFailureReport().getDetails();

        assertThat(violations).isNotEmpty().allMatch(line -> line.contains("." + rule.culprit()));
    }

    @Test
    void noRoomIsCrowded() {
        assertThat(HouseRules.crowdedRooms(CORE, HouseRules.MOST_TYPES_IN_A_ROOM))
                .isEmpty();
        assertThat(HouseRules.crowdedRooms(PLANTED, 2)).containsKey("dev.hourglass.planted.lab");
    }

    @Test
    void everyPlantedClassButTheInnocentIsACulprit() {
        List<String> culprits = Stream.concat(
                        rules().map(HouseRule::culprit), Stream.of("Innocent", "CliUsesAll", "FilesUsesCatalog"))
                .toList();

        assertThat(PLANTED)
                .filteredOn(type -> type.isTopLevelClass())
                .extracting(type -> type.getSimpleName())
                .containsExactlyInAnyOrderElementsOf(culprits);
    }
}
