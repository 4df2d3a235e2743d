package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.hourglass.architecture.HouseRule;
import dev.hourglass.architecture.HouseRules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of core prove that each of these rules flags what breaks it. */
class ArchitectureTest {
    private static final JavaClasses SPARK = new ClassFileImporter()
            .importUrl(
                    HourglassModel.class.getProtectionDomain().getCodeSource().getLocation());

    static List<HouseRule> rules() {
        return HouseRules.everywhere();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void sparkKeeps(HouseRule rule) {
        rule.rule().check(SPARK);
    }

    @Test
    void noRoomIsCrowded() {
        assertThat(HouseRules.crowdedRooms(SPARK, HouseRules.MOST_TYPES_IN_A_ROOM))
                .isEmpty();
    }
}
