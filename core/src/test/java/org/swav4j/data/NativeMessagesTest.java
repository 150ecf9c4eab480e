package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;

class NativeMessagesTest {
    private static final String JAVAS_OWN = "what Java prints still appears";

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void damagedImagesPrintNothing() throws IOException, InterruptedException {
        ChildJvm.Result quiet =
                ChildJvm.run(folder, 60, List.of(), DamagedImages.class).succeeded();
        assertThat(quiet.err()).isEqualToIgnoringNewLines(JAVAS_OWN);
        assertThat(quiet.out()).isEmpty();
        ChildJvm.Result loud = ChildJvm.run(folder, 60, List.of("-Dswav4j.decoder.messages=true"), DamagedImages.class)
                .succeeded();
        assertThat(loud.err()).contains("Corrupt JPEG data", "libpng error", "TIFF_Error", JAVAS_OWN);
    }

    /** Twenty damaged variants of every image of the corpus, on two threads. */
    static final class DamagedImages {
        private DamagedImages() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread other = new Thread(DamagedImages::decodeAll);
            other.start();
            decodeAll();
            other.join();
            System.err.println(JAVAS_OWN);
        }

        private static void decodeAll() {
            Random random = new Random(7);
            Mutator mutator = new Mutator(List.copyOf(HostileCorpus.images().values()));
            try (ImageDecoder decoder = new ImageDecoder()) {
                for (int i = 0; i < 800; i++) {
                    decode(decoder, mutator.mutation(i));
                }
                for (byte[] image : HostileCorpus.images().values()) {
                    for (int i = 0; i < 20; i++) {
                        byte[] damaged = image.clone();
                        damaged[image.length / 2 + random.nextInt(image.length / 2)] ^=
                                (byte) (1 + random.nextInt(255));
                        decode(decoder, damaged);
                    }
                }
            }
        }

        private static void decode(ImageDecoder decoder, byte[] damaged) {
            try {
                assertThat(decoder.decode(damaged).channels()).isEqualTo(3);
            } catch (UnreadableImageException e) {
                assertThat(e).hasMessageMatching("[^\\n]{10,200}");
            }
        }
    }
}
