/** Collections of images as a whole: packing them into shards. */
package org.swav4j.dataset;
