/** What the frozen encoder is worth: features and k-nearest-neighbour classification. */
package org.swav4j.eval;
