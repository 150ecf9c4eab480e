package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    @Test
    void everySetIsCompletelyDescribed() {
        List<DataSet> all = Catalogue.all();
        assertThat(all)
                .extracting(DataSet::name)
                .containsExactly("cifar10", "cifar100", "stl10", "eurosat", "imagenette", "flowers102", "pets");
        assertThat(all).allSatisfy(set -> {
            assertThat(Catalogue.find(set.name())).containsSame(set);
            assertThat(set.licence()).isNotBlank();
            assertThat(set.citation()).isNotBlank();
            assertThat(URI.create(set.page()).getScheme()).isEqualTo("https");
            assertThat(set.files()).isNotEmpty().allSatisfy(file -> {
                assertThat(file.uri().getScheme()).isEqualTo("https");
                assertThat(file.md5()).matches("[0-9a-f]{32}");
                assertThat(file.stated()).isIn("torchvision", "the authors' page");
                assertThat(file.name()).matches("[A-Za-z0-9_.-]+\\.(tar\\.gz|tgz|zip|mat)");
            });
        });
        assertThat(Catalogue.find("cifar")).isEmpty();
    }

    @Test
    void aMirrorHasTheFilesUnderTheirNames() {
        RemoteFile file = Catalogue.find("pets").orElseThrow().files().get(1);
        assertThat(file.at(URI.create("http://localhost:8080/sets")).uri())
                .hasToString("http://localhost:8080/sets/images.tar.gz");
        assertThat(file.at(URI.create("http://localhost:8080/sets/")))
                .isEqualTo(file.at(URI.create("http://localhost:8080/sets")));
        assertThat(file.at(URI.create("http://a/")).md5()).isEqualTo(file.md5());
    }
}
