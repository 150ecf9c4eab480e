package org.swav4j.dataset.pack;

/**
 * Where an image lies in its shard.
 *
 * @param name of its entry, {@code key.extension}
 * @param offset of its first byte in the shard
 * @param bytes how many
 * @param label its class, or -1
 * @param crc CRC-32 of its bytes
 */
record PackedImage(String name, long offset, int bytes, int label, long crc) {

    /** The same image behind what stands before it. */
    PackedImage movedBy(long bytesBefore) {
        return new PackedImage(name, offset + bytesBefore, bytes, label, crc);
    }
}
