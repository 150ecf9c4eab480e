/** A trained encoder in somebody's program: images in, vectors out. {@link org.swav4j.encode.Encoder} is where to begin. */
package org.swav4j.encode;
