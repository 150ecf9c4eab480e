/** Trained networks as files for other programs, each read back and compared before it is in its place. */
package org.swav4j.export;
