/** Looking through a data set before training on it: sizes, broken files, duplicates, a picture of it all. */
package org.swav4j.dataset.check;
