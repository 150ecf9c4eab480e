/** Classifiers trained on labelled images, trunk and all: from a pretrained encoder or from scratch, and the two compared. */
package org.swav4j.classify;
