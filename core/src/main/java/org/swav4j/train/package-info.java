/** Configuration, presets and the pretraining loop: the spine of the library. */
package org.swav4j.train;
