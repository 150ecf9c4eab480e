package org.swav4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScalingPointTest {
    private static final Map<String, Object> FOUND =
            Map.of("seconds", .5, "least", .25, "most", 1, "peak_mb", 1234, "gflops", 150, "besides", .03125);

    @Test
    void aLineOfTheCsvIsReadAsItWasWritten() {
        ScalingPoint point = ScalingPoint.at("width", .5).measured(FOUND);
        assertThat(ScalingPoint.parse(point.csv())).isEqualTo(point);
        assertThat(point.csv().split(",")).hasSameSizeAs(ScalingPoint.HEADER.split(","));
        assertThat(point.imagesPerSecond()).isEqualTo(32);
    }

    /** So that the point all curves share is measured once. */
    @Test
    void curvesMeetAtTheBase() {
        assertThat(ScalingPoint.at("batch", 16).settings())
                .isEqualTo(ScalingPoint.at("queue", 0).settings())
                .isNotEqualTo(ScalingPoint.at("queue", 960).settings());
    }
}
