package org.swav4j.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What stands around a page that is one file: no script, no request, pictures within it. Its content security policy holds a
 * browser to that; the only style it allows is this one, known by its hash.
 */
public final class PageFrame {
    private final String title;
    private final String mark;
    private final String style;

    /**
     * @param title plain text
     * @param mark a {@code meta} element by which the page is told from other files within its first bytes
     * @param style CSS
     */
    public PageFrame(String title, String mark, String style) {
        this.title = title;
        this.mark = mark;
        this.style = style;
    }

    /** Everything before the body's content; the page is to be encoded in UTF-8. */
    public String opening() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n" + mark
                + "\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'sha256-"
                + sha256(style)
                + "'\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                + "<meta name=\"color-scheme\" content=\"light dark\"/>\n<link rel=\"icon\" href=\"data:,\"/>\n<title>"
                + Html.escape(title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n";
    }

    /** Everything after the body's content. */
    public String closing() {
        return "</body>\n</html>\n";
    }

    /** A text file that lies beside a class. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the library's resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
