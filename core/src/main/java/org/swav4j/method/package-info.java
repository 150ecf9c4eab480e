/** SwAV itself: Sinkhorn codes, swapped prediction, the feature queue, the model that ties them. */
package org.swav4j.method;
