package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShareTest {
    @Test
    void sharesAreOneAfterTheOtherAndCutWhereBatchesAre() {
        assertThat(Share.of(23, 4, 0, 2)).isEqualTo(new Share(0, 12));
        assertThat(Share.of(23, 4, 1, 2)).isEqualTo(new Share(12, 23));
        for (int images : new int[] {0, 1, 7, 8, 9, 100}) {
            for (int batch : new int[] {1, 4, 200}) {
                for (int world = 1; world < 12; world++) {
                    int next = 0;
                    for (int rank = 0; rank < world; rank++) {
                        Share share = Share.of(images, batch, rank, world);
                        assertThat(share.from()).isEqualTo(next);
                        assertThat(share.from() % batch == 0 || share.size() == 0)
                                .isTrue();
                        assertThat(share.size()).isBetween(0, (images / batch / world + 2) * batch);
                        next = share.to();
                    }
                    assertThat(next).isEqualTo(images);
                }
            }
        }
    }
}
