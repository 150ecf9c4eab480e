/**
 * Byte codecs only: safetensors, NumPy arrays and TensorBoard events, and atomic writing of files. Untrusted bytes are
 * bounded before they are believed: a length, count or offset read from a file is compared with the file's size before
 * anything is allocated or mapped for it.
 */
package org.swav4j.format;
