package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.runlog.Allocator;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.CpuFeatures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav info}: what this program is and what it runs on, as one would put it into a bug report. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Prints versions, devices, CPU features, memory allocator, Java and memory.",
        footerHeading = "%nExample:%n",
        footer = "  swav info --json")
final class InfoCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> facts = facts();
        if (json) {
            Json.print(out, facts);
            return;
        }
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> out.println(name.replace('_', ' ')
                + " ".repeat(width - name.length() + 2)
                + (value instanceof List<?> list
                        ? String.join(" ", list.stream().map(Object::toString).toList())
                        : value)));
        out.flush();
    }

    private static Map<String, Object> facts() {
        BuildInfo build = BuildInfo.read();
        CpuFeatures cpu = CpuFeatures.read();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", build.version());
        facts.put("commit", build.commit());
        facts.put("devices", torch.cuda_is_available() ? List.of("cpu", "cuda") : List.of("cpu"));
        facts.put("libtorch", nativeVersion("pytorch"));
        facts.put("libtorch_cpu_kernels", cpuKernels());
        facts.put("opencv", opencv_core.CV_VERSION);
        facts.put("platform", Loader.getPlatform());
        facts.put("cpu", cpu.model());
        facts.put("cpu_features", cpu.telling());
        facts.put("bf16_in_hardware", cpu.bf16());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("allocator", Allocator.describe());
        facts.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
        facts.put("java_home", System.getProperty("java.home"));
        facts.put("memory", bytes(memory()));
        facts.put("heap_limit", bytes(Runtime.getRuntime().maxMemory()));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        return facts;
    }

    /** Versions of the native libraries and of what binds them, by name; and which of libtorch's kernels this CPU gets. */
    static Map<String, String> libraries() {
        Map<String, String> libraries = new LinkedHashMap<>();
        libraries.put("libtorch", nativeVersion("pytorch"));
        libraries.put("opencv", nativeVersion("opencv"));
        libraries.put("openblas", nativeVersion("openblas"));
        libraries.put("javacpp", nativeVersion("javacpp"));
        libraries.put("libtorch_cpu_kernels", cpuKernels());
        return libraries;
    }

    private static String cpuKernels() {
        try (PointerScope scope = new PointerScope()) {
            BytePointer name = torch.get_cpu_capability();
            return name.getString();
        }
    }

    private static String nativeVersion(String artifact) {
        String file = "META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
        try (var in = torch.class.getClassLoader().getResourceAsStream(file)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static long memory() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known ? known.getTotalMemorySize() : 0;
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
