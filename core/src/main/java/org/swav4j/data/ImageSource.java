package org.swav4j.data;

import java.io.IOException;

/** An immutable, ordered collection of encoded images. Safe for use by several threads. */
public interface ImageSource {

    /** How many images. */
    int size();

    /** The image's {@code '/'}-separated path relative to the source's root, as messages show it. */
    String name(int index);

    /** The encoded bytes, read anew at each call. */
    byte[] read(int index) throws IOException;

    /**
     * SHA-256 in hex over the sorted names, and the sizes where they are known without asking for each image: equal for
     * equal collections wherever they lie.
     */
    String fingerprint();

    /** One line for people, such as {@code /data/images: 50,000 images}. */
    String description();
}
