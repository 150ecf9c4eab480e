package org.swav4j.dataset.fetch;

/** Told how a fetch goes; by one thread. */
public interface FetchListener {
    /** Bytes of a file that are here, of how many; 0 if the server does not say. */
    void downloading(String file, long bytes, long total);

    /** Bytes of a file that were read to check it. */
    void checking(String file, long bytes, long total);

    /** Images that were written. */
    void unpacking(int images, int total);

    /** Something worth a line: a retry, a fresh start, what is used instead of a download. */
    void note(String text);
}
