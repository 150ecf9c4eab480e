package org.swav4j.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Some images of a source, in a given order; class names and numbers stay the source's. */
public final class SelectedImages implements LabelledImages {
    private final LabelledImages source;
    private final int[] chosen;
    private final String what;

    /**
     * @param chosen indices into the source, at least one
     * @param what names the selection in the description, such as {@code 1 % of the labels}
     */
    public SelectedImages(LabelledImages source, int[] chosen, String what) {
        if (chosen.length == 0) {
            throw new IllegalArgumentException(source.description() + ": no image was selected");
        }
        for (int index : chosen) {
            if (index < 0 || index >= source.size()) {
                throw new IllegalArgumentException(
                        source.description() + ": there is no image " + index + " of " + source.size());
            }
        }
        this.source = source;
        this.chosen = chosen.clone();
        this.what = what;
    }

    /** Which image of the source an image is. */
    public int inSource(int index) {
        return chosen[index];
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public String name(int index) {
        return source.name(chosen[index]);
    }

    @Override
    public byte[] read(int index) throws IOException {
        return source.read(chosen[index]);
    }

    /** Of the source's fingerprint and the chosen images. */
    @Override
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(source.fingerprint().getBytes(StandardCharsets.UTF_8));
            for (int index : chosen) {
                digest.update((index + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String description() {
        return source.description() + "; " + what;
    }

    @Override
    public List<String> classNames() {
        return source.classNames();
    }

    @Override
    public int label(int index) {
        return source.label(chosen[index]);
    }
}
