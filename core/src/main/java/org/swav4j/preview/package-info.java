/** A page that shows what a recipe of crops makes of some images, pixel for pixel what training sees. */
package org.swav4j.preview;
