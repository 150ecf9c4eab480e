package org.swav4j.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real browser, the machine's own: Chromium or Chrome, driven by Playwright through the machine's Node.js. Where one of
 * them is missing, the tests that ask for it are skipped.
 */
public final class TestBrowser implements AutoCloseable {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");

    /** As root there is no sandbox; the rest keeps the browser from looking for its maker's servers. */
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    private TestBrowser(Path executable, Path node) {
        Map<String, String> environment =
                Map.of("PLAYWRIGHT_NODEJS_PATH", node.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(ARGUMENTS));
    }

    /** Starts it, or skips the test with what is missing. */
    public static TestBrowser start() {
        Optional<Path> executable =
                BROWSERS.stream().flatMap(name -> onPath(name).stream()).findFirst();
        Optional<Path> node = onPath("node");
        Assumptions.assumeTrue(
                executable.isPresent(), "browser tests are skipped: none of " + BROWSERS + " is on the PATH");
        Assumptions.assumeTrue(node.isPresent(), "browser tests are skipped: node is not on the PATH");
        return new TestBrowser(executable.orElseThrow(), node.orElseThrow());
    }

    /** The browser to open pages in. */
    public Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
