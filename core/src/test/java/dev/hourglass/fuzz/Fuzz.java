package dev.hourglass.fuzz;

/** What Jazzer calls: its interface is static, so the target is kept by the class loader instead of by a field. */
public final class Fuzz {
    private static final String TARGET = "hourglass.fuzz.target";

    private Fuzz() {}

    private static final class Chosen {
        private static final FuzzTarget TARGET_OF_THIS_RUN = make(System.getProperty(TARGET, ""));
    }

    /** Called for each input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        Chosen.TARGET_OF_THIS_RUN.readOrRefuse(bytes);
    }

    private static FuzzTarget make(String className) {
        try {
            var constructor =
                    Class.forName(className).asSubclass(FuzzTarget.class).getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("-D" + TARGET + " names no fuzz target: '" + className + "'", e);
        }
    }
}
