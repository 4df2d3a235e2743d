package dev.hourglass.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules that ARCHITECTURE.md states, as the build checks them. */
public final class HouseRules {
    private static final Set<String> CORE =
            Set.of("files", "tensor", "hdf5", "model", "data", "engine", "train", "evaluate", "detect", "formats");

    /** More top-level types in one package than a newcomer looks through: time for a room of its own. */
    public static final int MOST_TYPES_IN_A_ROOM = 28;

    private HouseRules() {}

    /** The packages that hold more than so many top-level types, with their number. */
    public static Map<String, Long> crowdedRooms(JavaClasses classes, int most) {
        Map<String, Long> rooms = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        rooms.values().removeIf(types -> types <= most);
        return rooms;
    }

    /** What holds in every module. */
    public static List<HouseRule> everywhere() {
        List<HouseRule> rules = new ArrayList<>(packageTable());
        rules.add(everyClassHasAPlaceInTheTable());
        rules.add(thePlanKnowsNothingOfTheProcessor());
        rules.add(keepsToItself("engine", List.of("engine.plan", "engine.cpu"), "TrainUsesCpu"));
        rules.add(keepsToItself("data", List.of("data.images.decode", "data.tables.formats"), "LabUsesDecoders"));
        rules.add(keepsToItself("evaluate", List.of("evaluate.neighbours"), "DetectUsesNeighbours"));
        rules.add(keepsToItself("formats", List.of("formats.json", "formats.keras", "formats.onnx"), "LabUsesJson"));
        rules.add(onlyReadersOfFilesUseHdf5());
        rules.add(roomsFormNoCircle());
        rules.add(whatRunsAPlanIsAboveItsParts());
        rules.add(onlyTensorTouchesTheVectorModule());
        rules.add(vectorsKeepTheirWidth());
        rules.add(onlyCliWritesToTheTerminal());
        rules.add(namesSayWhatAClassDoes());
        rules.add(exceptionsAreSpecific());
        rules.add(noStaticMutableState());
        return List.copyOf(rules);
    }

    /** What holds in core beyond {@link #everywhere}. */
    public static List<HouseRule> ofCore() {
        return List.of(new HouseRule(
                classes()
                        .that()
                        .arePublic()
                        .should(new ShowOnlyOwnAndJavaTypes())
                        .because("whoever embeds core must not depend on its libraries"),
                "ShowsALibrary"));
    }

    /** One rule a row: what a package may use, itself aside. */
    private static List<HouseRule> packageTable() {
        Map<String, Set<String>> table = mayUse();
        Map<String, String> culprits = Map.ofEntries(
                Map.entry("files", "FilesUsesTensor"),
                Map.entry("tensor", "TensorUsesModel"),
                Map.entry("hdf5", "Hdf5UsesModel"),
                Map.entry("model", "ModelUsesEngine"),
                Map.entry("data", "DataUsesModel"),
                Map.entry("engine", "EngineUsesData"),
                Map.entry("train", "TrainUsesEvaluate"),
                Map.entry("evaluate", "EvaluateUsesTrain"),
                Map.entry("detect", "DetectUsesTrain"),
                Map.entry("formats", "FormatsUsesTrain"),
                Map.entry("report", "ReportUsesLab"),
                Map.entry("lab", "LabUsesServer"),
                Map.entry("server", "ServerUsesCli"),
                Map.entry("spark", "SparkUsesLab"));
        List<HouseRule> rules = new ArrayList<>();
        table.forEach((row, allowed) -> {
            String[] forbidden = table.keySet().stream()
                    .filter(other -> !other.equals(row) && !allowed.contains(other))
                    .flatMap(HouseRules::patterns)
                    .toArray(String[]::new);
            // cli stands on top and may use everything: nothing to forbid.
            if (forbidden.length > 0) {
                rules.add(new HouseRule(
                        noClasses()
                                .that()
                                .resideInAnyPackage(patterns(row).toArray(String[]::new))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(forbidden)
                                .as(row + " uses " + (allowed.isEmpty() ? "nothing of ours" : "only " + allowed))
                                .allowEmptyShould(true),
                        culprits.get(row)));
            }
        });
        return rules;
    }

    private static Map<String, Set<String>> mayUse() {
        Map<String, Set<String>> table = new LinkedHashMap<>();
        table.put("files", Set.of());
        table.put("tensor", Set.of());
        table.put("hdf5", Set.of("files", "tensor"));
        table.put("model", Set.of("tensor"));
        table.put("data", Set.of("files", "tensor", "hdf5"));
        table.put("engine", Set.of("model", "tensor"));
        table.put("train", Set.of("files", "engine", "model", "data", "tensor"));
        table.put("evaluate", Set.of("engine", "model", "data", "tensor"));
        table.put("detect", Set.of("evaluate", "engine", "model", "data", "tensor"));
        table.put("formats", Set.of("files", "hdf5", "detect", "engine", "model", "data", "tensor"));
        table.put("report", Set.of("evaluate", "train", "engine", "model", "files", "tensor"));
        table.put("lab", coreAnd("report"));
        table.put("server", coreAnd("report", "lab"));
        table.put("spark", coreAnd());
        table.put("cli", coreAnd("report", "lab", "server", "spark"));
        return table;
    }

    private static Set<String> coreAnd(String... more) {
        Set<String> all = new LinkedHashSet<>(List.of(more));
        all.addAll(CORE);
        return all;
    }

    /** Matches {@code dev.hourglass.files} and its rooms and the planted ones, but not {@code data.files}. */
    private static Stream<String> patterns(String row) {
        return Stream.of("dev.hourglass." + row + "..", "dev.hourglass.planted." + row + "..");
    }

    private static HouseRule everyClassHasAPlaceInTheTable() {
        // The library that reads Parquet asks for its codecs by these names.
        Stream<String> standIns = Stream.of("org.xerial.snappy", "com.github.luben.zstd", "net.jpountz.lz4");
        String[] rows = Stream.concat(mayUse().keySet().stream().flatMap(HouseRules::patterns), standIns)
                .toArray(String[]::new);
        return new HouseRule(
                classes().should().resideInAnyPackage(rows).as("every class lies in a package of the table"), "Stray");
    }

    private static HouseRule thePlanKnowsNothingOfTheProcessor() {
        return new HouseRule(
                noClasses()
                        .that()
                        .resideInAnyPackage(patterns("engine.plan").toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(patterns("engine.cpu").toArray(String[]::new))
                        .as("engine.plan knows nothing of engine.cpu")
                        .because("another executor starts from the logical plan")
                        .allowEmptyShould(true),
                "PlanUsesCpu");
    }

    /**
     * What core exports is its API; some rooms are public for their own package alone.
     *
     * @param owner the package whose rooms they are
     * @param inside rooms that nobody else may use
     */
    private static HouseRule keepsToItself(String owner, List<String> inside, String culprit) {
        return new HouseRule(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(patterns(owner).toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                inside.stream().flatMap(HouseRules::patterns).toArray(String[]::new))
                        .as("only " + owner + " uses " + String.join(", ", inside))
                        .because("they are public for each other and are no API")
                        .allowEmptyShould(true),
                culprit);
    }

    private static HouseRule onlyReadersOfFilesUseHdf5() {
        return new HouseRule(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(Stream.of("hdf5", "data", "formats")
                                .flatMap(HouseRules::patterns)
                                .toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(patterns("hdf5").toArray(String[]::new))
                        .as("only data and formats use hdf5")
                        .because("it is public for them and is no API")
                        .allowEmptyShould(true),
                "LabUsesHdf5");
    }

    private static HouseRule roomsFormNoCircle() {
        return new HouseRule(
                slices().assignedFrom(new Rooms())
                        .should()
                        .beFreeOfCycles()
                        .as("the rooms of a package form no circle")
                        .because("a room can be read when those below it are known")
                        .allowEmptyShould(true),
                "CatalogUsesFiles");
    }

    /** The rooms of each package; what lies in the package itself is known to all of them and belongs to none. */
    private static final class Rooms implements SliceAssignment {
        private static final Pattern ROOM =
                Pattern.compile("dev\\.hourglass(?:\\.planted)?\\.(\\w+)\\.(\\w+)(?:\\..*)?");

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            Matcher matcher = ROOM.matcher(type.getPackageName());
            boolean inARoom = matcher.matches() && mayUse().containsKey(matcher.group(1));
            return inARoom ? SliceIdentifier.of(matcher.group(1), matcher.group(2)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "rooms";
        }
    }

    private static HouseRule whatRunsAPlanIsAboveItsParts() {
        String[] rooms = Stream.of("step", "layout", "memory", "ops", "lower", "fuse")
                .flatMap(room -> patterns("engine.cpu." + room))
                .toArray(String[]::new);
        return new HouseRule(
                noClasses()
                        .that()
                        .resideInAnyPackage(rooms)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.hourglass.engine.cpu")
                        .as("the rooms of engine.cpu know nothing of what compiles and runs plans")
                        .allowEmptyShould(true),
                "OperationUsesCpuPlan");
    }

    private static HouseRule onlyTensorTouchesTheVectorModule() {
        return new HouseRule(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(patterns("tensor").toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("jdk.incubator.vector..")
                        .because("the vector module may be absent, and tensor has the plain twin")
                        .allowEmptyShould(true),
                "VectorOutsideTensor");
    }

    private static HouseRule vectorsKeepTheirWidth() {
        DescribedPredicate<JavaMethodCall> change = DescribedPredicate.describe(
                "that changes a vector's width",
                call -> call.getTargetOwner().getPackageName().equals("jdk.incubator.vector")
                        && Set.of("convert", "convertShape", "castShape", "reinterpretShape")
                                .contains(call.getName()));
        return new HouseRule(
                noClasses()
                        .should()
                        .callMethodWhere(change)
                        .because("with two widths of a type the JIT keeps accumulators of any kernel on the heap")
                        .allowEmptyShould(true),
                "ChangesItsWidth");
    }

    private static HouseRule onlyCliWritesToTheTerminal() {
        return new HouseRule(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(patterns("cli").toArray(String[]::new))
                        .should(ACCESS_STANDARD_STREAMS)
                        .because("progress is data: listeners get events, and only cli shows them")
                        .allowEmptyShould(true),
                "PrintsToTheTerminal");
    }

    private static HouseRule namesSayWhatAClassDoes() {
        return new HouseRule(
                noClasses()
                        .should()
                        .haveNameMatching(".*(Manager|Helper|Utils?)")
                        .because("such a name says nothing of what the class does"),
                "ShapeHelper");
    }

    private static HouseRule exceptionsAreSpecific() {
        DescribedPredicate<JavaClass> general = equivalentTo(RuntimeException.class)
                .or(equivalentTo(Exception.class))
                .or(equivalentTo(Error.class))
                .or(equivalentTo(Throwable.class));
        // The constructor of an exception of our own calls its parent's; that is no use of the parent.
        DescribedPredicate<JavaConstructorCall> creation = DescribedPredicate.describe(
                "that creates a general exception",
                call -> general.test(call.getTargetOwner())
                        && !(call.getOrigin().isConstructor()
                                && call.getOriginOwner()
                                        .getRawSuperclass()
                                        .filter(call.getTargetOwner()::equals)
                                        .isPresent()));
        return new HouseRule(
                noClasses()
                        .should()
                        .callConstructorWhere(creation)
                        .because("there is one exception type per reaction of a reader"),
                "ThrowsARuntimeException");
    }

    private static HouseRule noStaticMutableState() {
        return new HouseRule(
                fields().that()
                        .areStatic()
                        .should()
                        .beFinal()
                        .because("two models in one process must not know of each other")
                        .allowEmptyShould(true),
                "CountsInAStaticField");
    }
}
