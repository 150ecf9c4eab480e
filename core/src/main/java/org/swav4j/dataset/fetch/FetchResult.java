package org.swav4j.dataset.fetch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A fetched data set.
 *
 * @param images how many lie in the folder
 * @param sha256 of each file that was downloaded, by its name
 * @param wasThere whether it had been fetched before, so that nothing was done
 */
public record FetchResult(DataSet dataSet, int images, Map<String, String> sha256, boolean wasThere) {
    /** Takes a copy. */
    public FetchResult {
        sha256 = Collections.unmodifiableMap(new LinkedHashMap<>(sha256));
    }
}
