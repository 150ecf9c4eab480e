package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.browser.TestBrowser;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.Predictions;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.ReportFolder;
import org.swav4j.report.Section;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageSources;

/** The page of a report as a browser shows it. */
@Tag("browser")
class ReportInBrowserTest {
    @TempDir
    private static Path directory;

    private static TestBrowser browser;
    private static Path file;

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private BrowserContext context;

    @BeforeAll
    static void writeThePage() throws IOException {
        browser = TestBrowser.start();
        SampleImages.draw(directory.resolve("drawn"), 1, 4, 5);
        LabelledImages test = ImageSources.open(directory.resolve("drawn/test"));
        file = new ReportFolder(directory.resolve("eval")).write(report(test));
    }

    /** Every fourth image is taken for the next class, so each row of the matrix has two cells. */
    private static Report report(LabelledImages test) {
        int classes = test.classNames().size();
        int[] images = new int[test.size()];
        int[] labels = new int[test.size()];
        int[][] ranked = new int[test.size()][];
        List<Section.Item> items = new ArrayList<>();
        for (int i = 0; i < test.size(); i++) {
            images[i] = i;
            labels[i] = test.label(i);
            boolean right = i % 4 != 0;
            ranked[i] = new int[] {right ? labels[i] : (labels[i] + 1) % classes};
            items.add(new Section.Item(
                    "test", i, test.classNames().get(ranked[i][0]), right ? Section.Mark.RIGHT : Section.Mark.WRONG));
        }
        Predictions predictions = new Predictions(test.classNames(), images, labels, ranked);
        double[] shares = {.01, .05, .1, .5, 1};
        return Report.builder("knn", "k-NN of drawn images")
                .command("swav knn --model runs/" + "long".repeat(60) + " --test drawn/test")
                .setting("k", List.of(10, 20))
                .data("test", test)
                .figure(Figure.share("top1", "top-1", predictions.top(1), predictions.interval(1)))
                .warning("nothing was trained")
                .section(new Section.Chart(
                        "curve",
                        "Accuracy",
                        "share of labels",
                        "top-1",
                        true,
                        true,
                        true,
                        List.of(
                                new Section.Line(
                                        "fine-tuned from pretrained", shares, new double[] {.5, .6, .65, .7, .8}),
                                new Section.Line("from scratch", shares, new double[] {.2, .3, .5, .7, .79}))))
                .section(new Section.Confusion("confusion", "What is taken for what", predictions))
                .section(new Section.Gallery("examples", "Examples", "", List.of(new Section.Row("all", items))))
                .build();
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void nothingWasComplainedOfOrFetched() {
        context.close();
        assertThat(complaints).isEmpty();
        assertThat(requests).containsExactly(file.toUri().toString());
    }

    @Test
    void choosingACellShowsTheImagesBehindIt() {
        Page page = open(1200, 900, ColorScheme.LIGHT);
        // the worst cell is chosen to begin with
        assertThat(visible(page)).containsExactly("pm1-0-1");
        page.locator("label:has(#cm1-2-2)").click();
        assertThat(visible(page)).containsExactly("pm1-2-2");
        assertThat(page.locator("#pm1-2-2 img").count()).isEqualTo(3);
        assertThat(page.evaluate("() => [...document.querySelectorAll('#pm1-2-2 img')].every(i =>"
                        + " i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().width > 40)"))
                .isEqualTo(true);
        page.keyboard().press("ArrowRight");
        assertThat(visible(page)).containsExactly("pm1-2-3");
        page.screenshot(screenshot("report-desktop.png").setFullPage(true));
    }

    @ParameterizedTest
    @CsvSource({"390, LIGHT", "390, DARK", "320, LIGHT", "1200, DARK"})
    void nothingIsWiderThanTheWindow(int width, ColorScheme scheme) {
        Page page = open(width, 844, scheme);
        assertThat(((Number) page.evaluate("() => document.documentElement.scrollWidth")).intValue())
                .isLessThanOrEqualTo(width);
        assertThat(page.locator(".chart.wide").isVisible()).isEqualTo(width > 640);
        assertThat(page.locator(".chart.narrow").isVisible()).isEqualTo(width <= 640);
        page.screenshot(screenshot("report-" + width + "-" + scheme + ".png").setFullPage(true));
    }

    @Test
    void namesOfLinesStayWithinTheChart() {
        for (int width : new int[] {390, 1200}) {
            Page page = open(width, 844, ColorScheme.LIGHT);
            Object off = page.evaluate("""
                    () => Math.max(...[...document.querySelectorAll('.chart')].filter(c => c.checkVisibility()).flatMap(c =>
                        [...c.querySelectorAll('text')].map(t =>
                            t.getBoundingClientRect().right - c.getBoundingClientRect().right)))
                    """);
            assertThat(((Number) off).doubleValue()).isLessThan(8);
            if (width == 390) {
                context.close();
                requests.clear();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> visible(Page page) {
        return (List<String>) page.evaluate(
                "() => [...document.querySelectorAll('.panel')].filter(p => p.checkVisibility()).map(p => p.id)");
    }

    private Page open(int width, int height, ColorScheme scheme) {
        context = browser.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, height)
                        .setColorScheme(scheme));
        Page page = context.newPage();
        page.onConsoleMessage(m -> complaints.add(m.text()));
        page.onPageError(complaints::add);
        page.onRequest(r -> {
            if (!r.url().startsWith("data:")) {
                requests.add(r.url());
            }
        });
        page.navigate(file.toUri().toString());
        return page;
    }

    private static Page.ScreenshotOptions screenshot(String name) {
        return new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name));
    }
}
