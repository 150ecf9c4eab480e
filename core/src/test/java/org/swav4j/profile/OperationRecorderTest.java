package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OperationRecorderTest {
    @TempDir
    private Path directory;

    private List<Operation> named(List<Operation> operations, String name) {
        return operations.stream().filter(o -> o.name().equals(name)).toList();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void recordsForwardAndBackwardOnTheClockOfThisProcess() throws Exception {
        try (OperationRecorder recorder = OperationRecorder.find();
                PointerScope scope = new PointerScope()) {
            for (int round = 0; round < 2; round++) {
                Tensor weight = torch.randn(8, 4, 3, 3);
                weight.set_requires_grad(true);
                Tensor images = torch.randn(2, 4, 16, 16);
                recorder.begin(directory);
                long begin = System.nanoTime();
                Tensor loss = torch.conv2d(images, weight).sum();
                long middle = System.nanoTime();
                loss.backward();
                long end = System.nanoTime();
                List<Operation> operations = recorder.end().read();

                assertThat(torch.profilerEnabled()).isFalse();
                Operation forward = named(operations, "aten::conv2d").get(0);
                Operation inner = named(operations, "aten::convolution").get(0);
                Operation backward =
                        named(operations, "aten::convolution_backward").get(0);
                assertThat(inner.start()).isBetween(forward.start(), forward.end());
                assertThat(inner.end()).isBetween(inner.start(), forward.end());
                assertThat(operations.indexOf(inner)).isLessThan(operations.indexOf(forward));
                long slack = 1_000_000;
                assertThat(forward.start()).isGreaterThan(begin - slack);
                assertThat(forward.end()).isLessThan(middle + slack);
                assertThat(backward.start()).isGreaterThan(middle - slack);
                assertThat(backward.end()).isLessThan(end + slack);
                assertThat(operations)
                        .allMatch(o -> o.thread() == Operation.RECORDING_THREAD)
                        .noneMatch(o -> o.name().equals(RecordedOperations.MARK));
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRecordGivenUpIsEnded() throws Exception {
        OperationRecorder recorder = OperationRecorder.find();
        recorder.begin(directory);
        assertThat(torch.profilerEnabled()).isTrue();
        try (OperationRecorder second = OperationRecorder.find()) {
            assertThatExceptionOfType(ProfilerException.class)
                    .isThrownBy(() -> second.begin(directory))
                    .withMessageContaining("by something else");
        }
        recorder.close();
        assertThat(torch.profilerEnabled()).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatCannotBeWrittenIsNoticedBeforeLibtorchIsCalled() throws Exception {
        try (OperationRecorder recorder = OperationRecorder.find()) {
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> recorder.begin(directory.resolve("missing")));
            assertThat(torch.profilerEnabled()).isFalse();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anotherLibtorchIsRefusedInsteadOfCalled() throws IOException {
        torch.get_num_threads();
        String library = Loader.getLoadedLibraries().get("torch_cpu");
        assertThatExceptionOfType(ProfilerException.class)
                .isThrownBy(() -> OperationRecorder.find(library, "_ZN5torch4gone", "_ZN5torch9gone_too"))
                .withMessageContaining("cannot be recorded")
                .withMessageContaining("gone")
                .withMessageNotContaining("\n");
        Path notLoaded = Files.writeString(directory.resolve("libtorch_cpu.so"), "text");
        assertThatExceptionOfType(ProfilerException.class)
                .isThrownBy(() -> OperationRecorder.find(notLoaded.toString(), "a", "b"))
                .withMessageContaining("cannot be recorded");
    }
}
