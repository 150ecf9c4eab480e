package org.swav4j.dataset.fetch;

import java.net.URI;

/**
 * A file of a data set, where it lies, and how to know it.
 *
 * @param uri its official address
 * @param bytes its size, for progress and to see whether it fits on the disk; what decides is the checksum
 * @param md5 32 hex digits, as {@code stated} has them
 * @param stated who states the checksum
 */
public record RemoteFile(URI uri, long bytes, String md5, String stated) {
    static RemoteFile of(String uri, long bytes, String md5, String stated) {
        return new RemoteFile(URI.create(uri), bytes, md5, stated);
    }

    /** The last part of the address, by which it is kept on disk and asked for at a mirror. */
    public String name() {
        return uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
    }

    /** This file on a server that has all files of the data set in one folder. */
    public RemoteFile at(URI mirror) {
        String folder = mirror.toString().endsWith("/") ? mirror.toString() : mirror + "/";
        return new RemoteFile(URI.create(folder + name()), bytes, md5, stated);
    }
}
