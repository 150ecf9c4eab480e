package org.swav4j.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real browser, the machine's own: Chromium or Chrome, driven by Playwright through the machine's Node.js. Where one of
 * them is missing, the tests that ask for it are skipped.
 */
public final class TestBrowser implements AutoCloseable {
    /** What Playwright's driver asks for. */
    private static final int OLDEST_NODE = 20;

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

    /** Starts it, or skips the test and says what is missing. */
    public static TestBrowser start() {
        Optional<Path> executable = BROWSERS.stream()
                .flatMap(name -> onPath(name).stream())
                .filter(path -> !version(path).isEmpty())
                .findFirst();
        Optional<Path> node = onPath("node").filter(path -> majorVersion(path) >= OLDEST_NODE);
        if (executable.isEmpty()) {
            skip("none of " + BROWSERS + " is on the PATH and runs");
        }
        if (node.isEmpty()) {
            skip("node " + OLDEST_NODE + " or newer is not on the PATH");
        }
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

    /** Said on the console too: a build's report of skipped tests does not name reasons. */
    private static void skip(String reason) {
        System.err.println("Browser tests are skipped: " + reason);
        Assumptions.abort("browser tests are skipped: " + reason);
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int majorVersion(Path program) {
        Matcher version = Pattern.compile("(\\d+)\\.").matcher(version(program));
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    /** What a program says of its version; nothing if it does not run. */
    private static String version(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
