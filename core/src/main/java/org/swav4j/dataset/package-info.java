/** Whole data sets: looking through one, packing one into shards, fetching a known one. */
package org.swav4j.dataset;
