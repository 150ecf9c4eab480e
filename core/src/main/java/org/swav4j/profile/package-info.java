/** Where a training's time goes: spans of the step's phases, of loading threads and of libtorch's operations. */
package org.swav4j.profile;
