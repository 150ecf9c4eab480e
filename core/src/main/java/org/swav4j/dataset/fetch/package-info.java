/** Fetching a known data set: download with resume, checksum, safe unpacking into folders of images. */
package org.swav4j.dataset.fetch;
