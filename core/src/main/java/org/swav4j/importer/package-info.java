/** Makes encoders of this library from checkpoints that other programs wrote with PyTorch. */
package org.swav4j.importer;
