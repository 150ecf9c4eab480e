package org.swav4j.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build of this library runs.
 *
 * @param version as in Maven
 * @param commit short git commit, or "unknown" where the build was not told
 * @param libtorch version of libtorch and, after a dash, of what binds it
 */
public record BuildInfo(String version, String commit, String libtorch) {
    /** What the build wrote down. */
    public static BuildInfo read() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("build.properties is missing from the library's resources");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                properties.getProperty("version"),
                properties.getProperty("commit"),
                properties.getProperty("libtorch"));
    }
}
