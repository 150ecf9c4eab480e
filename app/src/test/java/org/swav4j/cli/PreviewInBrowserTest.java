package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.browser.TestBrowser;
import org.swav4j.sample.SampleImages;

/** The page of {@code swav data preview} as a browser shows it. */
@Tag("browser")
class PreviewInBrowserTest {
    private static final int IMAGES = 3;
    private static final int CROPS = 5;
    private static final String HOSTILE = "a \"<b>&<img src=x onerror=alert(1)>";

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
        SampleImages.draw(directory.resolve("drawn"), 1, 1, 5);
        Path images = Files.createDirectory(directory.resolve("images"));
        for (int i = 0; i < IMAGES; i++) {
            String folder = SampleImages.classes().get(i);
            String name = i == 1 ? HOSTILE : folder;
            Files.copy(directory.resolve("drawn/train/" + folder + "/00000.jpg"), images.resolve(name + ".jpg"));
        }
        Files.writeString(images.resolve("broken " + HOSTILE + ".jpg"), "not an image");
        file = directory.resolve("preview.html");
        StringWriter err = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "data",
                "preview",
                "--data",
                images.toString(),
                "--crops",
                "2x112@0.3-1,3x32@0.05-0.3",
                "--images",
                String.valueOf(IMAGES + 1),
                "--out",
                file.toString());
        assertThat(code).as(err.toString()).isZero();
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
    void everyPictureIsShownAndEveryCropHasItsBox() {
        Page page = open(1360, 900, ColorScheme.LIGHT);
        assertThat(page.locator("img").count()).isEqualTo(IMAGES * (1 + CROPS));
        assertThat(page.evaluate("() => [...document.images].every(i => i.complete && i.naturalWidth > 0)"))
                .isEqualTo(true);
        assertThat(page.locator(".crop").count()).isEqualTo(IMAGES * CROPS);
        assertThat(page.locator(".box").count()).isEqualTo(IMAGES * CROPS);
        assertThat(page.evaluate("() => [...document.querySelectorAll('.box')].every(b =>"
                        + " document.querySelector(b.getAttribute('href')).dataset.crop === b.dataset.crop)"))
                .isEqualTo(true);
        page.screenshot(screenshot("preview-desktop.png").setFullPage(true));
    }

    @Test
    void cropsAreShownPixelByPixel() {
        Page page = open(1360, 900, ColorScheme.LIGHT);
        Object shown = page.evaluate("() => [...document.querySelectorAll('.crop img')].slice(0, 5)"
                + ".map(i => i.getBoundingClientRect().width + ' ' + getComputedStyle(i).imageRendering)");
        assertThat(shown).isEqualTo(List.of("112 auto", "112 auto", "96 pixelated", "96 pixelated", "96 pixelated"));
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1360})
    void aBoxLiesWhereItsCoordinatesSayHoweverLargeTheImageIsShown(int width) {
        Page page = open(width, 900, ColorScheme.LIGHT);
        Object off = page.evaluate("""
                () => Math.max(...[...document.querySelectorAll('.image')].flatMap(section => {
                    const whole = section.querySelector('.boxed img').getBoundingClientRect();
                    const side = section.querySelector('.boxes').viewBox.baseVal.width;
                    return [...section.querySelectorAll('.edge')].map(r => {
                        const left = r.getBoundingClientRect().left - whole.left;
                        return Math.abs(left - r.x.baseVal.value * whole.width / side);
                    });
                }))
                """);
        assertThat(((Number) off).doubleValue()).isLessThan(0.5);
    }

    @Test
    void pointingAtACropLightsItsBoxAndTheOtherWayRound() {
        Page page = open(1360, 900, ColorScheme.LIGHT);
        assertThat(lit(page)).isEmpty();
        page.locator("#crop-2-4").hover();
        assertThat(lit(page)).containsExactly("#crop-2-4");
        assertThat(shade(page, "#crop-2-4")).isEqualTo("1");
        assertThat(shade(page, "#crop-2-3")).isEqualTo("0");
        assertThat(shade(page, "#crop-1-4")).isEqualTo("0");
        page.screenshot(screenshot("preview-lit.png"));

        page.mouse().move(2, 2);
        page.locator(".box[href='#crop-2-5']").focus();
        assertThat(lit(page)).containsExactly("#crop-2-5");
        String outline = (String) page.locator("#crop-2-5").evaluate("e => getComputedStyle(e).outlineWidth");
        assertThat(outline).isEqualTo("3px");
    }

    @Test
    void everyCropAndEveryBoxIsReachedWithTheKeyboardAlone() {
        Page page = open(1360, 900, ColorScheme.LIGHT);
        page.locator("nav a").last().focus();
        for (int step = 0; step < CROPS; step++) {
            page.keyboard().press("Tab");
            assertThat(focused(page)).startsWith("box ");
        }
        for (int crop = 1; crop <= CROPS; crop++) {
            page.keyboard().press("Tab");
            assertThat(focused(page)).startsWith("crop ");
            assertThat(lit(page)).containsExactly("#crop-1-" + crop);
        }
    }

    @ParameterizedTest
    @CsvSource({"390, 844, LIGHT", "390, 844, DARK", "320, 568, DARK", "1360, 900, DARK"})
    void nothingIsWiderThanTheWindow(int width, int height, ColorScheme scheme) {
        Page page = open(width, height, scheme);
        page.locator("summary").first().click();
        assertThat(((Number) page.evaluate("() => document.documentElement.scrollWidth")).intValue())
                .isLessThanOrEqualTo(width);
        page.screenshot(screenshot("preview-" + width + "-" + scheme + ".png"));
    }

    @Test
    void namesOfFilesAreTextAndNothingElse() {
        Page page = open(1360, 900, ColorScheme.LIGHT);
        assertThat(page.locator(".image h2 bdi").allTextContents()).contains(HOSTILE + ".jpg");
        assertThat(page.locator(".unreadable bdi").allTextContents()).containsExactly("broken " + HOSTILE + ".jpg");
        assertThat(page.locator("bdi *").count()).isZero();
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

    /** The crops whose boxes stand out. */
    @SuppressWarnings("unchecked")
    private static List<String> lit(Page page) {
        return (List<String>) page.evaluate("() => [...document.querySelectorAll('.box')].filter(b =>"
                + " getComputedStyle(b.querySelector('.shade')).opacity === '1').map(b => b.getAttribute('href'))");
    }

    private static String shade(Page page, String crop) {
        return (String) page.locator(".box[href='" + crop + "'] .shade").evaluate("e => getComputedStyle(e).opacity");
    }

    private static String focused(Page page) {
        return (String) page.evaluate("() => document.activeElement.getAttribute('class')");
    }

    private static Page.ScreenshotOptions screenshot(String name) {
        return new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name));
    }
}
