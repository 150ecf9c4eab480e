package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocatorTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/usr/lib/libc.so.6| | glibc, untuned",
                "/usr/lib/libc.so.6| glibc.malloc.hugetlb=1| glibc (glibc.malloc.hugetlb=1)",
                "/usr/lib/libjemalloc.so.2 /usr/lib/libc.so.6| glibc.malloc.hugetlb=1| jemalloc, untuned",
                "/usr/lib/libtcmalloc.so.4 /usr/lib/libc.so.6| glibc.malloc.hugetlb=1| tcmalloc",
                "/lib/ld-musl-x86_64.so.1| | the system"
            })
    void theAllocatorInUseIsRecognised(String maps, String tunables, String description) {
        Map<String, String> environment = tunables == null ? Map.of() : Map.of("GLIBC_TUNABLES", tunables);
        assertThat(Allocator.describe(maps, environment)).startsWith(description);
    }

    @Test
    void howJemallocIsTunedIsTold() {
        Map<String, String> environment = Map.of("MALLOC_CONF", "dirty_decay_ms:-1");

        assertThat(Allocator.describe("/usr/lib/libjemalloc.so.2 /usr/lib/libc.so.6", environment))
                .isEqualTo("jemalloc (dirty_decay_ms:-1)");
    }
}
