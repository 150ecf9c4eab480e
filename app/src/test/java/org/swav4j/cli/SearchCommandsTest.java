package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.LabelledImages;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageSources;

class SearchCommandsTest {
    @TempDir
    private static Path shared;

    private static Path images;
    private static Path run;
    private static Path embeddings;
    private static Path index;
    private static LabelledImages source;

    @TempDir
    private Path folder;

    @BeforeAll
    static void build() throws IOException {
        SampleImages.draw(shared.resolve("images"), 6, 1, 5);
        images = shared.resolve("images").resolve("train");
        Path first = Path.of(ImageSources.open(images).name(0));
        Files.copy(images.resolve(first), images.resolve(first).resolveSibling("zz-copy.png"));
        source = ImageSources.open(images);
        run = shared.resolve("run");
        done(
                "pretrain",
                TinyCommand.words("--data", images, "--out", run, "--epochs", "1", "--quiet").stream()
                        .skip(1)
                        .toArray());
        embeddings = shared.resolve("x.parquet");
        done("embed", "--model", run, "--data", images, "--out", embeddings, "--precision", "fp32", "--quiet");
        index = shared.resolve("x.index");
        TinyCommand.Result built =
                done("index", "--embeddings", embeddings, "--out", index, "--threads", "1", "--quiet");
        assertThat(built.out())
                .contains(index + ": " + source.size() + " vectors of 64 numbers")
                .contains("finds 100.0 % of the 10 nearest images (measured with " + source.size() + " of them)");
    }

    private static TinyCommand.Result done(String command, Object... arguments) {
        TinyCommand.Result result = TinyCommand.swav(
                Stream.concat(Stream.of(command), Stream.of(arguments)).toArray());
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private static void failed(int code, String message, Object... words) {
        TinyCommand.Result result = TinyCommand.swav(words);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).startsWith("swav: " + message).doesNotContain("\tat ", "should not happen");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void anImageFindsItselfAndItsCopy() throws Exception {
        Path page = folder.resolve("found.html");
        String name = source.name(0);
        for (String way : List.of("--json", "--exact")) {
            TinyCommand.Result result = done(
                    "search", "--index", index, "--image", images.resolve(name), "--top", "3", way, "--threads", "1");
            assertThat(result.out()).contains(name, "zz-copy.png");
        }
        TinyCommand.Result result =
                done("search", "--index", index, "--path", name, "--top", "4", "--html", page, "--threads", "1");
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).isEqualTo(name);
        assertThat(lines.get(1)).matches("    1   1\\.0000  \\S+ +.*zz-copy\\.png");
        assertThat(lines.subList(1, 5)).noneMatch(line -> line.endsWith(" " + name));
        assertThat(page)
                .content()
                .contains("searched for: ", "data:image/jpeg;base64,")
                .doesNotContain("<script", "class=\"thumb missing\"");
        assertThat(done("search", "--index", index, "--image", images, "--top", "1", "--threads", "1")
                        .out()
                        .lines())
                .hasSize(2 * source.size());
    }

    @Test
    void duplicatesAreGrouped() throws Exception {
        Path page = folder.resolve("d.html");
        Path csv = folder.resolve("d.csv");
        TinyCommand.Result result = done(
                "duplicates",
                "--embeddings",
                embeddings,
                "--threshold",
                "1",
                "--html",
                page,
                "--csv",
                csv,
                "--threads",
                "1",
                "--quiet");
        assertThat(result.out()).contains("1 pairs with a cosine of at least 1.0: 2 of " + source.size() + " images");
        assertThat(Files.readAllLines(csv))
                .hasSize(3)
                .startsWith("group,set,path,label,nearest,similarity")
                .anyMatch(
                        line -> line.startsWith("1,embeddings," + source.name(0) + ",") && line.endsWith(",1.000000"));
        assertThat(page).content().contains("Group 1: 2 images").doesNotContain("class=\"thumb missing\"");
        assertThat(done(
                                "duplicates",
                                "--embeddings",
                                embeddings,
                                "--against",
                                embeddings,
                                "--threads",
                                "1",
                                "--threshold",
                                "1",
                                "--json",
                                "--quiet")
                        .out())
                .contains("\"images_in_groups\" : " + source.size());
    }

    @Test
    void missingPicturesAreSaid() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path page = folder.resolve("f.html");
        Path moved = folder.resolve("m.index");
        done("index", "--embeddings", embeddings, "--out", moved, "--data", elsewhere.resolve("gone"), "--quiet");
        TinyCommand.Result result = done("search", "--index", moved, "--path", source.name(0), "--html", page);
        assertThat(result.err())
                .contains("swav: The images are not shown: " + elsewhere.resolve("gone") + ": no such file or folder")
                .contains("say where they lie with --data");
        assertThat(page).content().contains("class=\"thumb missing\"", "no such file or folder");
    }

    @Test
    void whichEncoderMadeAnArrayIsSaidAndChecked() throws Exception {
        Path array = folder.resolve("x.npy");
        done("embed", "--model", run, "--data", images, "--out", array, "--precision", "fp32", "--quiet");
        Path plain = folder.resolve("plain.index");
        assertThat(done("index", "--embeddings", array, "--out", plain, "--quiet")
                        .out())
                .contains("does not say which encoder made it");
        failed(
                ExitCode.FAILED,
                plain + ": does not say which encoder made its vectors",
                "search",
                "--index",
                plain,
                "--image",
                images.resolve(source.name(0)));
        Path said = folder.resolve("said.index");
        done("index", "--embeddings", array, "--out", said, "--model", run, "--data", images, "--quiet");
        assertThat(done("search", "--index", said, "--image", images.resolve(source.name(0)), "--top", "1")
                        .out())
                .contains(" 1.0000 ");
        failed(
                ExitCode.FAILED,
                array + ": was not made by ",
                "index",
                "--embeddings",
                array,
                "--out",
                folder.resolve("no"),
                "--model",
                run,
                "--image-size",
                "8",
                "--data",
                images,
                "--quiet");
        failed(
                ExitCode.FAILED,
                array + ": was not made by ",
                "index",
                "--embeddings",
                array,
                "--out",
                folder.resolve("no"),
                "--model",
                run,
                "--what",
                "codes",
                "--quiet");
        assertThat(folder.resolve("no")).doesNotExist();
    }

    @Test
    void anotherEncoderIsRefused() throws Exception {
        Path other = folder.resolve("other");
        assertThat(TinyCommand.pretrain("--data", images, "--out", other, "--epochs", "1", "--seed", "8", "--quiet")
                        .code())
                .isZero();
        TinyCommand.Result result = TinyCommand.swav(
                "search", "--index", index, "--image", images.resolve(source.name(0)), "--model", other);
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("is another encoder").hasLineCount(1);
    }

    @Test
    void whatIsWrongIsOneLine() throws Exception {
        Path none = folder.resolve("none");
        Path text = Files.writeString(folder.resolve("text.jpg"), "hello");
        failed(
                ExitCode.FAILED,
                none + ": there is no such file",
                "index",
                "--embeddings",
                none,
                "--out",
                folder.resolve("i"));
        failed(
                ExitCode.FAILED,
                text + ": is no file of embeddings",
                "index",
                "--embeddings",
                text,
                "--out",
                folder.resolve("i"));
        failed(
                ExitCode.USAGE,
                "--out: " + index + ": is there already",
                "index",
                "--embeddings",
                embeddings,
                "--out",
                index);
        failed(
                ExitCode.USAGE,
                "--degree: '1': must be from 2 to 512",
                "index",
                "--embeddings",
                embeddings,
                "--out",
                none,
                "--degree",
                "1");
        failed(
                ExitCode.USAGE,
                "--outt: there is no such option; did you mean --out?",
                "index",
                "--embeddings",
                embeddings,
                "--out",
                none,
                "--outt",
                "3");
        failed(ExitCode.FAILED, text + ": is no index", "search", "--index", text, "--path", "a");
        failed(ExitCode.FAILED, none + ": no such file or folder", "search", "--index", index, "--image", none);
        failed(
                ExitCode.FAILED,
                text + ": is no kind of file that images are read from",
                "search",
                "--index",
                index,
                "--image",
                text);
        failed(ExitCode.FAILED, "--path: a: is not in " + index, "search", "--index", index, "--path", "a");
        failed(ExitCode.USAGE, "--image: give an image", "search", "--index", index);
        byte[] picture = Files.readAllBytes(images.resolve(source.name(0)));
        Path cut = Files.write(folder.resolve("cut.png"), java.util.Arrays.copyOf(picture, picture.length / 2));
        failed(ExitCode.FAILED, cut + ": ", "search", "--index", index, "--image", cut);
        failed(
                ExitCode.USAGE,
                "--threshold: '2.0': must be above -1",
                "duplicates",
                "--embeddings",
                embeddings,
                "--threshold",
                "2");
        failed(ExitCode.FAILED, text + ": is no file of embeddings", "duplicates", "--embeddings", text);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("text.jpg", "cut.png");
        }
    }
}
