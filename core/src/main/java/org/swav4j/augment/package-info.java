/** Multi-crop views: one class per transform, parameters drawn from an explicit random, separately from applying them. */
package org.swav4j.augment;
