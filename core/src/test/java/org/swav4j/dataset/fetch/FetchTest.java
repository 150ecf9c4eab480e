package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.swav4j.dataset.fetch.FileServer.upTo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.source.ImageFolder;

@Timeout(30)
class FetchTest {
    private static final Patience SHORT =
            new Patience(Duration.ofSeconds(5), Duration.ofMillis(500), 3, Duration.ofMillis(5));

    @TempDir
    private Path folder;

    private final FileServer server = new FileServer();
    private final Notes notes = new Notes();
    private long free = Long.MAX_VALUE;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aFetchedSetHasImagesAMarkerAndNothingElse() throws IOException {
        DataSet set = photos();
        FetchResult result = fetch(set);
        assertThat(result.images()).isEqualTo(3);
        assertThat(result.wasThere()).isFalse();
        assertThat(names(out())).containsExactly("all", "dataset.json");
        assertThat(ImageFolder.open(out().resolve("all")).classNames()).containsExactly("Forest", "River");
        assertThat(out().resolve("dataset.json"))
                .content()
                .contains(
                        "\"name\" : \"tiny\"",
                        "\"md5_stated_by\" : \"a test\"",
                        result.sha256().get("tiny.zip"));
        assertThat(result.sha256().get("tiny.zip")).hasSize(64);
        assertThat(notes.unpacked).isEqualTo(3);
    }

    @Test
    void aSecondCallFindsItThereAndAsksNobody() throws IOException {
        DataSet set = photos();
        FetchResult first = fetch(set);
        int requests = server.requests.size();
        FetchResult second = fetch(set);
        assertThat(second.wasThere()).isTrue();
        assertThat(second.images()).isEqualTo(3);
        assertThat(second.sha256()).isEqualTo(first.sha256());
        assertThat(server.requests).hasSize(requests);
    }

    @Test
    void aWrongChecksumIsNotUnpackedAndTheNextRunStartsAnew() throws IOException {
        DataSet set = photos();
        server.with("tiny.zip", FileServer.content(500, 3));
        assertThatThrownBy(() -> fetch(set))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is not the file it should be: its MD5 is ")
                .hasMessageContaining("but a test states " + set.files().get(0).md5())
                .hasMessageContaining("tiny.zip.wrong");
        assertThat(names(out())).containsExactly(".download");
        assertThat(names(out().resolve(".download"))).containsExactly("tiny.zip.wrong");
        server.with("tiny.zip", photoZip());
        assertThat(fetch(set).images()).isEqualTo(3);
        assertThat(names(out())).containsExactly("all", "dataset.json");
    }

    @Test
    void partsOfDifferentFilesAreFoundOutAndFetchedAnew() throws IOException {
        DataSet set = photos();
        server.etag = null;
        Path downloads = Files.createDirectories(out().resolve(".download"));
        Files.write(downloads.resolve("tiny.zip.part"), FileServer.content(60, 4));
        assertThat(fetch(set).images()).isEqualTo(3);
        assertThat(server.requests).containsExactly("/tiny.zip bytes=60-", "/tiny.zip");
        assertThat(notes.lines).anyMatch(l -> l.contains("the parts do not make up the right file"));
    }

    @Test
    void aFileThatWasPutThereByHandNeedsNoServer() throws IOException {
        DataSet set = photos();
        Files.write(Files.createDirectories(out().resolve(".download")).resolve("tiny.zip"), photoZip());
        assertThat(fetch(set).images()).isEqualTo(3);
        assertThat(server.requests).isEmpty();
        assertThat(notes.lines).containsExactly("tiny.zip: is here already");
    }

    @Test
    void archivesAreKeptWhenAskedFor() throws IOException {
        fetcher().into(out(), photos(), server.base(), true);
        assertThat(out().resolve(".download/tiny.zip")).hasBinaryContent(photoZip());
    }

    @Test
    void aFullDiskIsSaidBeforeAnythingIsDownloaded() {
        free = 1000;
        DataSet set = photos();
        assertThatThrownBy(() -> fetch(set))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("tiny needs ")
                .hasMessageContaining("the disk has 1.0 kB free; make room or give another folder");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aFolderWithOtherThingsIsLeftAlone() throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve("diary.txt"), "mine");
        assertThatThrownBy(() -> fetch(photos()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds 'diary.txt'");
        assertThat(out().resolve("diary.txt")).hasContent("mine");
    }

    @Test
    void aFolderWithAnotherDataSetIsLeftAlone() throws IOException {
        fetch(photos());
        DataSet other = set(
                "other",
                1,
                new FolderLayout("o.zip", "", ""),
                "o.zip",
                new Packed().with("a.png", "1").zip());
        assertThatThrownBy(() -> fetch(other))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds tiny already");
    }

    @Test
    void tooFewImagesAreNoDataSet() {
        DataSet set = set("tiny", 4, new FolderLayout("tiny.zip", "2750/", "all/"), "tiny.zip", photoZip());
        assertThatThrownBy(() -> fetch(set))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("3 images were unpacked, but tiny has 4");
        assertThat(out().resolve("all")).doesNotExist();
        assertThat(out().resolve("dataset.json")).doesNotExist();
    }

    @Test
    void stoppedBetweenUnpackingAndPlacingItGoesOnThere() throws IOException {
        DataSet set = photos();
        fetch(set);
        Path staging = Files.createDirectory(out().resolve(".unpacking"));
        Files.move(out().resolve("dataset.json"), staging.resolve("dataset.json"));
        FetchResult result = fetch(set);
        assertThat(result.wasThere()).isTrue();
        assertThat(names(out())).containsExactly("all", "dataset.json");
    }

    @Test
    void stoppedWithinUnpackingItUnpacksAgainWithoutDownload() throws IOException {
        DataSet set = photos();
        Files.write(Files.createDirectories(out().resolve(".download")).resolve("tiny.zip"), photoZip());
        Files.createDirectories(out().resolve(".unpacking/all/Forest"));
        Files.writeString(out().resolve(".unpacking/all/Forest/half.jpg"), "ha");
        assertThat(fetch(set).images()).isEqualTo(3);
        assertThat(out().resolve("all/Forest/half.jpg")).doesNotExist();
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aHostileArchiveLeavesNothing() {
        byte[] evil = new Packed()
                .with("2750/Forest/1.jpg", "1")
                .with("../../evil.jpg", "2")
                .zip();
        DataSet set = set("tiny", 2, new FolderLayout("tiny.zip", "2750/", "all/"), "tiny.zip", evil);
        assertThatThrownBy(() -> fetch(set)).isInstanceOf(DataException.class).hasMessageContaining("refused");
        assertThat(folder.resolve("evil.jpg")).doesNotExist();
        assertThat(out().resolve("all")).doesNotExist();
    }

    @Test
    void anArchiveThatUnpacksToFarTooMuchIsStopped() {
        byte[] bomb =
                new Packed().with("2750/Forest/1.jpg", new byte[50_000_000]).zip();
        assertThat(bomb).hasSizeLessThan(100_000);
        DataSet set = set("tiny", 1, new FolderLayout("tiny.zip", "2750/", "all/"), "tiny.zip", bomb);
        assertThatThrownBy(() -> fetch(set)).isInstanceOf(DataException.class).hasMessageContaining("holds more than");
    }

    @Test
    void aCutDownloadIsResumedWithinAFetch() throws IOException {
        server.answering(upTo(100));
        assertThat(fetch(photos()).images()).isEqualTo(3);
        assertThat(server.requests).hasSize(2);
    }

    private DataSet photos() {
        return set("tiny", 3, new FolderLayout("tiny.zip", "2750/", "all/"), "tiny.zip", photoZip());
    }

    private static byte[] photoZip() {
        // times in archives are those of the clock unless they are given
        return new Packed()
                .with("2750/Forest/Forest_1.jpg", FileServer.content(200, 1))
                .with("2750/Forest/Forest_2.jpg", FileServer.content(200, 2))
                .with("2750/River/River_1.jpg", FileServer.content(200, 3))
                .with("2750/readme.txt", "not an image")
                .zip(entry -> entry.setTime(1_500_000_000_000L));
    }

    private DataSet set(String name, int images, Layout layout, String file, byte[] content) {
        server.with(file, content);
        return TinySets.of(name, images, layout, Map.of(file, content));
    }

    private FetchResult fetch(DataSet set) throws IOException {
        return fetcher().into(out(), set, server.base(), false);
    }

    private Fetch fetcher() {
        return new Fetch(SHORT, notes, path -> free);
    }

    private Path out() {
        return folder.resolve("out");
    }

    private static List<String> names(Path folder) {
        return Arrays.stream(folder.toFile().list()).sorted().toList();
    }
}
