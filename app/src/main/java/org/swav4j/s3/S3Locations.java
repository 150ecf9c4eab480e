package org.swav4j.s3;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.nio.spi.s3.S3FileSystem;

/**
 * Locations as people write them: {@code s3://bucket/prefix}, or {@code s3x://[key:secret@]host[:port]/bucket/prefix} for
 * a server that is not Amazon's. Keys are taken as they are typed, without percent-decoding, as the AWS command line does.
 */
public final class S3Locations {
    private static final Pattern LOCATION = Pattern.compile("(?i)(?<scheme>s3)://(?<bucket>[^/]+)(?<key>/.*)?"
            + "|(?<schemex>s3x)://(?<host>[^/]+)/(?<bucketx>[^/]+)(?<keyx>/.*)?");
    private static final Pattern SECRET = Pattern.compile("(?i)(s3x://[^/@:]*):[^/@]*@");

    /** S3 knows no folders, so a name decides: what ends like one of these is an object. */
    private static final List<String> OBJECTS =
            List.of(".tar", ".tgz", ".gz", ".zip", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet");

    private S3Locations() {}

    /** Whether the text begins as one. */
    public static boolean matches(String text) {
        return text.regionMatches(true, 0, "s3://", 0, 5) || text.regionMatches(true, 0, "s3x://", 0, 6);
    }

    /** The text without the secret key it may hold, for messages and records. */
    public static String shown(String text) {
        return SECRET.matcher(text).replaceFirst("$1:***@");
    }

    /**
     * The path; nothing is asked of the network yet. A location is a folder unless its name ends as an archive or a list.
     *
     * @throws IllegalArgumentException if the text is no such location, or names a bucket that cannot exist; the message
     *     is the rest of a sentence that begins with the text
     */
    public static Path path(String text) {
        Matcher match = LOCATION.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    text.regionMatches(true, 0, "s3x", 0, 3)
                            ? "must be s3x://HOST/BUCKET/PREFIX"
                            : "must be s3://BUCKET/PREFIX");
        }
        boolean amazon = match.group("scheme") != null;
        String bucket = match.group(amazon ? "bucket" : "bucketx");
        String key = match.group(amazon ? "key" : "keyx");
        URI uri;
        try {
            uri = amazon
                    ? new URI("s3", bucket, "/", null, null)
                    : new URI("s3x", match.group("host"), "/" + bucket, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + e.getInput() + "' is not valid there: " + e.getReason(), e);
        }
        FileSystem files = FileSystems.getFileSystem(uri);
        if (files instanceof S3FileSystem s3 && !(s3.clientProvider() instanceof BucketClients)) {
            s3.clientProvider(new BucketClients(s3.getConfiguration(), bucket, amazon));
            dropScratchFolder(s3);
        }
        return files.getPath(BucketClient.path(bucket, folder(key == null ? "" : key.replaceFirst("^/+", ""))));
    }

    /**
     * Each file system makes itself a folder among the temporary files, for objects that are written, and leaves it there for
     * good. Here nothing is written. The folder's name is nowhere to be asked for.
     */
    private static void dropScratchFolder(S3FileSystem files) {
        try {
            Field folder = S3FileSystem.class.getDeclaredField("temporaryDirectory");
            folder.setAccessible(true);
            Files.deleteIfExists((Path) folder.get(files));
        } catch (ReflectiveOperationException | IOException e) {
            // an empty folder remains, which is no reason to end anything
        }
    }

    private static String folder(String key) {
        boolean isObject = OBJECTS.stream().anyMatch(key.toLowerCase(Locale.ROOT)::endsWith);
        return key.isEmpty() || key.endsWith("/") || isObject ? key : key + "/";
    }
}
