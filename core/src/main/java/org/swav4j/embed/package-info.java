/** Files of embeddings: every image of a source through an encoder, its name and its vector in a file. */
package org.swav4j.embed;
