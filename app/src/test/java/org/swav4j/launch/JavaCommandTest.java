package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {
    private static final List<String> OPTIONS = List.of(
            "-Xmx3072m", "-Xms1g", "-XX:+UseSerialGC", "-Dswav.command=./swav", "-agentlib:jdwp=server=y,address=1");

    @Test
    void optionsAreKeptAndTheHeapIsShared() {
        JavaCommand command = JavaCommand.of("java", OPTIONS, "a.jar:b.jar", 3072, 4);
        assertThat(command.running("Main", List.of("pretrain", "--nproc", "4")))
                .containsExactly(
                        "java",
                        "-XX:+UseSerialGC",
                        "-Dswav.command=./swav",
                        "-Xmx768m",
                        "-cp",
                        "a.jar:b.jar",
                        "Main",
                        "pretrain",
                        "--nproc",
                        "4");
    }

    @Test
    void aSmallHeapIsNotCutUp() {
        assertThat(JavaCommand.of("java", List.of(), "a.jar", 3072, 64).words()).contains("-Xmx512m");
        assertThat(JavaCommand.of("java", List.of(), "a.jar", 256, 4).words()).contains("-Xmx256m");
    }

    @Test
    void thisProcessCanBeRepeated() {
        List<String> words = JavaCommand.oneOf(2).words();
        assertThat(Files.isExecutable(Path.of(words.get(0)))).isTrue();
        assertThat(words).contains(System.getProperty("java.class.path"));
    }
}
