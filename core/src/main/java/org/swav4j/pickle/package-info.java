/** Reads what {@code torch.save} writes: tensors and plain values. Runs nothing of it, and constructs no other object. */
package org.swav4j.pickle;
