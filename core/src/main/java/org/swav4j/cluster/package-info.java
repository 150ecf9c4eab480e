/** How a trained model groups images: which prototype each belongs to, and how good that grouping is, with labels and without. */
package org.swav4j.cluster;
