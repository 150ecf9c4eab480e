package org.swav4j.dataset.fetch;

import java.util.List;

/**
 * A published data set that can be fetched.
 *
 * @param name as it is asked for
 * @param title as its authors call it
 * @param images how many there must be in the end
 * @param classes how many classes
 * @param content size and kind of the images, and into which folders they are put, for people
 * @param files what is downloaded
 * @param unpackedBytes what the images take on disk, roughly; archives that hold more than twice this are refused
 * @param licence as published, or that none is
 * @param citation what the authors ask to be cited
 * @param page the authors' page
 * @param layout how the files become folders of images
 */
public record DataSet(
        String name,
        String title,
        int images,
        int classes,
        String content,
        List<RemoteFile> files,
        long unpackedBytes,
        String licence,
        String citation,
        String page,
        Layout layout) {
    /** Takes a copy. */
    public DataSet {
        files = List.copyOf(files);
    }

    /** The size of all files. */
    public long downloadBytes() {
        return files.stream().mapToLong(RemoteFile::bytes).sum();
    }
}
