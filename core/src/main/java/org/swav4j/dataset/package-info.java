/** Whole data sets: looking through one, fetching a known one. */
package org.swav4j.dataset;
