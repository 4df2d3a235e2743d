package dev.hourglass.lab;

import dev.hourglass.report.results.PeakMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much memory a piece of work needs at its peak: of the whole process where the system tells (Linux's VmHWM), else of
 * the Java heap. What earlier work left in the heap counts as well, since Java gives memory back late.
 */
final class MemoryGauge {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    /** What the kernel takes for "set the peak back to what is in use". */
    private static final String RESET_PEAK = "5";

    private final List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();

    private MemoryGauge() {}

    /** A gauge whose peak is what is in use now. */
    static MemoryGauge start() {
        MemoryGauge gauge = new MemoryGauge();
        gauge.heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        try {
            Files.writeString(CLEAR, RESET_PEAK);
        } catch (IOException e) {
            // No Linux, or one that forbids it: the peak is then that since the process began, or the heap's.
        }
        return gauge;
    }

    PeakMemory peak() {
        OptionalLong process = processPeak();
        return process.isPresent()
                ? new PeakMemory(process.getAsLong(), "process")
                : new PeakMemory(
                        heap.stream()
                                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                                .sum(),
                        "Java heap");
    }

    /** The line {@code VmHWM:   123456 kB}. */
    private static OptionalLong processPeak() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // not Linux
        }
    }
}
