package org.swav4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which package may use which: the table of docs/architecture.md. */
class ArchitectureTest {
    private static final String ROOT = "org.swav4j.";

    private static final Map<String, Set<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("stdio", Set.of()),
            Map.entry("data", Set.of("stdio")),
            Map.entry("sample", Set.of()),
            Map.entry("source", Set.of("data")),
            Map.entry("augment", Set.of("data")),
            Map.entry("page", Set.of()),
            Map.entry("preview", Set.of("data", "augment", "page")),
            Map.entry("format", Set.of()),
            Map.entry("pickle", Set.of("format")),
            Map.entry("dataset", Set.of("data", "source", "augment", "format")),
            Map.entry("runlog", Set.of("format")),
            Map.entry("comm", Set.of("format", "stdio", "tensor")),
            Map.entry("optim", Set.of("tensor")),
            Map.entry("nn", Set.of("tensor", "comm")),
            Map.entry("loader", Set.of("data", "augment", "tensor")),
            Map.entry("profile", Set.of("loader", "format")),
            Map.entry("method", Set.of("nn", "comm", "tensor")),
            Map.entry("checkpoint", Set.of("format", "tensor")),
            Map.entry("importer", Set.of("checkpoint", "format", "nn", "pickle", "tensor")),
            Map.entry(
                    "eval",
                    Set.of("loader", "nn", "optim", "comm", "runlog", "tensor", "checkpoint", "data", "augment")),
            Map.entry("report", Set.of("checkpoint", "data", "eval", "format", "page")),
            Map.entry("transfer", Set.of("augment", "data", "eval", "loader", "nn", "report", "source")),
            Map.entry(
                    "classify",
                    Set.of(
                            "augment",
                            "checkpoint",
                            "comm",
                            "data",
                            "eval",
                            "format",
                            "loader",
                            "nn",
                            "optim",
                            "tensor")),
            Map.entry(
                    "probe",
                    Set.of(
                            "augment",
                            "checkpoint",
                            "comm",
                            "data",
                            "eval",
                            "format",
                            "loader",
                            "nn",
                            "optim",
                            "tensor")),
            Map.entry("encode", Set.of("augment", "checkpoint", "comm", "data", "eval", "nn", "tensor")),
            Map.entry("embed", Set.of("augment", "checkpoint", "comm", "data", "encode", "format", "loader", "tensor")),
            Map.entry("search", Set.of("data", "embed", "eval", "format")),
            Map.entry("cluster", Set.of("augment", "data", "encode", "eval", "format", "loader", "report")),
            Map.entry("export", Set.of("augment", "checkpoint", "comm", "eval", "format", "nn", "runlog", "tensor")),
            Map.entry(
                    "train",
                    Set.of(
                            "tensor",
                            "data",
                            "augment",
                            "format",
                            "runlog",
                            "comm",
                            "optim",
                            "nn",
                            "loader",
                            "profile",
                            "method",
                            "checkpoint"))));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.swav4j");

    @Test
    void everyPackageOfTheTableHasClassesAndEveryClassAPackageOfTheTable() {
        Map<String, Integer> found = new TreeMap<>();
        MAIN.forEach(c -> found.merge(packageOf(c), 1, Integer::sum));
        assertThat(found.keySet()).containsExactlyElementsOf(MAY_IMPORT.keySet());
        assertThat(found.values()).allMatch(count -> count >= 2);
        assertThat(MAIN).hasSizeGreaterThan(150).noneMatch(c -> c.getName().endsWith("Test"));
    }

    @Test
    void packagesImportOnlyWhatTheTableAllows() {
        List<String> violations = new ArrayList<>();
        for (JavaClass origin : MAIN) {
            String from = packageOf(origin);
            for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getName().startsWith(ROOT)) {
                    String to = packageOf(target);
                    if (!to.equals(from)
                            && !MAY_IMPORT.getOrDefault(from, Set.of()).contains(to)) {
                        violations.add(from + " -> " + to + ": " + dependency.getDescription());
                    }
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("org.swav4j.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void theLibraryDoesNotPrint() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN);
    }

    @Test
    void staticFieldsAreFinal() {
        fields().that().areStatic().should().beFinal().check(MAIN);
    }

    /** The first part below the root: {@code nn} of {@code org.swav4j.nn.ResNet}. */
    private static String packageOf(JavaClass c) {
        assertThat(c.getPackageName()).startsWith(ROOT);
        return c.getPackageName().substring(ROOT.length()).replaceFirst("\\..*", "");
    }
}
