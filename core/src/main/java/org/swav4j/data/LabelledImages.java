package org.swav4j.data;

import java.util.List;

/** Images of which some or all carry a class. */
public interface LabelledImages extends ImageSource {

    /** The class names in the order of their labels. */
    List<String> classNames();

    /** The image's label, an index into {@link #classNames()}, or -1 when it has none. */
    int label(int index);
}
