/** What a source of images is, decoding, quarantine of unreadable images, and the order of an epoch. */
package org.swav4j.data;
