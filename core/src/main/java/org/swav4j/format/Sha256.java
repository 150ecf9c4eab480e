package org.swav4j.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes that come piece by piece. */
public final class Sha256 {
    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of some bytes, in hex. */
    public static String of(byte[] bytes) {
        Sha256 sha256 = new Sha256();
        sha256.add(bytes, 0, bytes.length);
        return sha256.hex();
    }

    /** Of a file's bytes, in hex. */
    public static String of(Path file) throws IOException {
        Sha256 sha256 = new Sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.add(buffer, 0, read);
            }
        }
        return sha256.hex();
    }

    public void add(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }

    /** Adds what remains in a buffer, which is consumed by it. */
    public void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Of all that was added; used once, at the end. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
