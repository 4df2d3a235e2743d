package dev.hourglass.engine.cpu.fuse;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.Goldens;
import dev.hourglass.engine.cpu.CpuPlan;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Op;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A rule looks for certain operations or steps and leaves all others alone, which no compiler can check. Which ones is
 * written down here, read from the rules' class files; an operation or step that is added is in no line yet and has to
 * be thought about: does a rule have to know it?
 */
final class RulesTest {
    @Test
    void eachOperationAndStepIsKnownToARuleOrLeftAloneOnPurpose() throws IOException {
        Map<String, Set<String>> looksAt = new LinkedHashMap<>();
        for (Rule<?> rule : rules()) {
            looksAt.put(rule.getClass().getSimpleName(), kindsIn(rule.getClass()));
        }
        // These tell steps apart without a complete switch as well.
        looksAt.put("CpuPlan", kindsIn(CpuPlan.class));
        looksAt.put("Plan", kindsIn(Plan.class));
        Set<String> alone = new TreeSet<>(kinds());
        looksAt.values().forEach(alone::removeAll);
        looksAt.put("none of them", alone);

        Goldens.assertMatches(
                "engine/rules.txt",
                looksAt.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + String.join(", ", entry.getValue()))
                        .collect(joining("\n", "", "\n")));
    }

    @Test
    void eachRuleHasATestOfItsOwn() {
        assertThat(rules())
                .allSatisfy(
                        rule -> assertThat(rule.getClass()).satisfies(type -> Class.forName(type.getName() + "Test")));
    }

    private static List<Rule<?>> rules() {
        return Stream.<Rule<?>>concat(Rules.BEFORE_LOWERING.stream(), Rules.AFTER_LOWERING.stream())
                .toList();
    }

    private static Set<String> kinds() {
        Set<String> kinds = new TreeSet<>();
        addKinds(Op.class, kinds);
        addKinds(Step.class, kinds);
        return kinds;
    }

    private static void addKinds(Class<?> type, Set<String> kinds) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                addKinds(permitted, kinds);
            }
        } else {
            kinds.add(name(type.getName()));
        }
    }

    /** {@code Op.Dense} of {@code dev.hourglass.engine.plan.Op$Dense}. */
    private static String name(String binaryName) {
        return binaryName.substring(binaryName.lastIndexOf('.') + 1).replace('$', '.');
    }

    /** Which operations and steps a class and those nested in it name. */
    private static Set<String> kindsIn(Class<?> type) throws IOException {
        Set<String> named = new TreeSet<>();
        List<Class<?>> classes = new ArrayList<>(List.of(type.getDeclaredClasses()));
        classes.add(type);
        for (Class<?> each : classes) {
            String file = each.getName().substring(each.getName().lastIndexOf('.') + 1) + ".class";
            try (InputStream in = Objects.requireNonNull(each.getResourceAsStream(file))) {
                ClassModel model = ClassFile.of().parse(in.readAllBytes());
                model.constantPool().forEach(entry -> {
                    if (entry instanceof ClassEntry kind
                            && !kind.asInternalName().startsWith("[")) {
                        named.add(name(kind.asInternalName().replace('/', '.')));
                    }
                });
            }
        }
        named.retainAll(kinds());
        return named;
    }
}
