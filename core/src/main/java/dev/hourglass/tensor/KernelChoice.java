package dev.hourglass.tensor;

/** Picks the kernels once: vectorised where the JVM was started with the Vector API, else plain with a warning. */
final class KernelChoice {
    static final Kernels PLAIN = new PlainKernels();
    static final Kernels BEST = choose();

    private KernelChoice() {}

    private static Kernels choose() {
        if (Boolean.getBoolean("hourglass.plainKernels")) {
            return PLAIN;
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            return new VectorKernels();
        }
        System.getLogger(Kernels.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "The Vector API is not present, so everything computes several times slower. Start java with"
                                + " --add-modules jdk.incubator.vector.");
        return PLAIN;
    }
}
