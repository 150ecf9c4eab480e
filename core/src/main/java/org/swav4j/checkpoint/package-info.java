/** Versioned, atomic, complete save and restore of a training state. */
package org.swav4j.checkpoint;
