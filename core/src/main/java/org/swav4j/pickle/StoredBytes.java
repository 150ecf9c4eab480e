package org.swav4j.pickle;

/**
 * Where in the file a storage's numbers lie.
 *
 * @param begin first byte
 * @param crc CRC-32 of them as the file states it, or null where it states none
 */
record StoredBytes(long begin, long bytes, Integer crc) {}
