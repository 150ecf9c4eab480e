package org.swav4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;

/** Damaged images in a Java of their own, as a native crash ends the process: its number is in the message then. */
class DecoderFuzzTest {
    @TempDir
    private Path folder;

    @Test
    void noDamageCrashesHangsLeaksOrGrows() throws IOException, InterruptedException {
        fuzz(0, 1500, 60);
    }

    @Test
    @Tag("slow")
    void neitherDoesMuchMoreDamage() throws IOException, InterruptedException {
        fuzz(1500, 101_500, 900);
    }

    private void fuzz(long from, long to, int seconds) throws IOException, InterruptedException {
        Path underWay = folder.resolve("under-way");
        String photographs = photographs().map(Path::toString).orElse("none");
        ChildJvm.Result result = ChildJvm.run(
                folder,
                seconds,
                List.of("-Xmx512m"),
                DecoderFuzz.class,
                Long.toString(from),
                Long.toString(to),
                underWay.toString(),
                photographs);
        System.out.print(result.out());
        if (result.exitCode() != 0) {
            long number = ByteBuffer.wrap(Files.readAllBytes(underWay)).getLong();
            throw new AssertionError("mutation " + number + " (photographs: " + photographs + "), exit code "
                    + result.exitCode() + "\n" + result.out() + result.err());
        }
    }

    private static Optional<Path> photographs() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path zip = at.resolve("shared/data/imagenet-500.zip");
            if (Files.exists(zip)) {
                return Optional.of(zip);
            }
        }
        return Optional.empty();
    }
}
