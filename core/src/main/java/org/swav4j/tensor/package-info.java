/** What the libtorch bindings lack: device and precision, random state, named-tensor state. Imports no other package of this project. */
package org.swav4j.tensor;
