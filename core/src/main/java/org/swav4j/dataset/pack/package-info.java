/** Packing images into shards. */
package org.swav4j.dataset.pack;
