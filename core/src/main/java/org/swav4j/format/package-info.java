/** Byte codecs only: safetensors and TensorBoard events. Untrusted bytes are bounded before they are believed. */
package org.swav4j.format;
