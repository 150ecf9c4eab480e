/** Image sources, labels, decoding, quarantine of unreadable images, the order of an epoch, and the built-in sample data set. */
package org.swav4j.data;
