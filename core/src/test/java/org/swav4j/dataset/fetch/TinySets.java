package org.swav4j.dataset.fetch;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Data sets of a few images with true checksums. */
final class TinySets {
    private TinySets() {}

    static DataSet of(String name, int images, Layout layout, Map<String, byte[]> files) {
        List<RemoteFile> remote = new TreeMap<>(files)
                .entrySet().stream()
                        .map(e -> new RemoteFile(
                                URI.create("https://swav4j.invalid/data/" + e.getKey()),
                                e.getValue().length,
                                md5(e.getValue()),
                                "a test"))
                        .toList();
        return new DataSet(
                name,
                name,
                images,
                2,
                "few images",
                remote,
                1_000_000,
                "none",
                "nobody",
                "https://swav4j.invalid/",
                layout);
    }

    private static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
