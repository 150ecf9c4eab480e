/** Search among embeddings: a graph of nearest neighbours in a file, what it finds, and near-duplicates. */
package org.swav4j.search;
