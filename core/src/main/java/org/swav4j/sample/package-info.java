/** The built-in sample images, drawn on demand. */
package org.swav4j.sample;
