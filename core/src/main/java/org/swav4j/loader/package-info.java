/** Workers that decode and augment into reusable native batch buffers, a bounded few batches ahead. */
package org.swav4j.loader;
