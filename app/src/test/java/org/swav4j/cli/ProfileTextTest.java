package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.swav4j.profile.Phase;
import org.swav4j.profile.ProfileReport;
import org.swav4j.profile.ProfileReport.LoadingCost;
import org.swav4j.profile.ProfileReport.OperationCost;
import org.swav4j.profile.ProfileReport.PhaseCost;

class ProfileTextTest {
    private static ProfileReport report(Path trace, String device, List<OperationCost> operations, long leftOut) {
        double inside = operations.isEmpty() ? Double.NaN : 0.09;
        return new ProfileReport(
                trace,
                device,
                4,
                20,
                0.2,
                List.of(new PhaseCost(Phase.WAIT, 0.1, 0.5, inside), new PhaseCost(Phase.FORWARD, 0.1, 0.5, inside)),
                operations,
                new LoadingCost(2, 0.01, 0.29, 0.3),
                leftOut);
    }

    @Test
    void showsPhasesOperationsAndLoading() {
        List<OperationCost> operations = List.of(
                new OperationCost("aten::mkldnn_convolution", Phase.FORWARD, 0.05, 0.25, 53),
                new OperationCost("x".repeat(100), Phase.BACKWARD, 0.0123, 0.0615, 1));
        assertThat(ProfileText.of(report(Path.of("run/profile.json.gz"), "cpu", operations, 0))
                        .lines())
                .containsExactly(
                        "Profile of steps 4 to 23: 200.0 ms a step",
                        "  phase               ms a step    share  in operations",
                        "  waiting for images     100.00   50.0 %           90 %",
                        "  forward                100.00   50.0 %           90 %",
                        "  operation, its own time" + " ".repeat(39) + "in                 ms a step    share    calls",
                        "  aten::mkldnn_convolution" + " ".repeat(38)
                                + "forward                50.00   25.0 %       53",
                        "  " + "x".repeat(57) + "...  backward               12.30    6.2 %        1",
                        "  loading threads: 2, 60.0 % busy (reading 1.0 %, decoding 29.0 %, cropping 30.0 %)",
                        "  trace: run/profile.json.gz; open it in https://ui.perfetto.dev");
    }

    @Test
    void saysWhatIsMissingAndWhatTimesMeanOnAnotherDevice() {
        ProfileReport report = report(null, "cuda:0", List.of(), 1234);
        assertThat(ProfileText.of(report))
                .contains("on cuda:0, times are those the CPU takes to hand work over")
                .contains("lacks 1,234 spans")
                .doesNotContain("in operations", "trace:");
        assertThat(ProfileText.fields(report))
                .containsEntry("trace", null)
                .containsEntry("operations", List.of())
                .containsEntry(
                        "loading",
                        Map.of("workers", 2, "busy", 0.6, "reading", 0.01, "decoding", 0.29, "cropping", 0.3));
    }
}
