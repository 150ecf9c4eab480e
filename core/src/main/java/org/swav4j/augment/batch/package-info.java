/** The same views as {@code augment} makes of one image, made of a whole batch by tensor operations on any device. */
package org.swav4j.augment.batch;
