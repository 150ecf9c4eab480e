/** Linear classifiers on frozen features: fitted on features kept in memory, or trained on fresh crops in every epoch. */
package org.swav4j.probe;
