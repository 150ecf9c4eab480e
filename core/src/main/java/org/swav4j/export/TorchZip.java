package org.swav4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.tensor.StateDict;

/**
 * The container that PyTorch keeps state dicts and programs in since version 1.6: a zip file of entries that are not
 * compressed, each at a multiple of 64 bytes, under one folder. The same entries give the same bytes.
 */
final class TorchZip {
    private static final String FOLDER = "archive/";
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20;
    /** The earliest that a zip file can state. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipArchiveOutputStream zip;

    /** Starts one in an empty channel, which stays the caller's and open. */
    TorchZip(FileChannel channel) throws IOException {
        this.zip = new ZipArchiveOutputStream(channel);
    }

    /** The whole name of an entry. */
    static String path(String name) {
        return FOLDER + name;
    }

    /** The entry that holds the numbers of tensor number {@code key}. */
    static String storage(int key) {
        return "data/" + key;
    }

    void bytes(String name, byte[] content) throws IOException {
        entry(name, ByteBuffer.wrap(content));
    }

    void text(String name, String content) throws IOException {
        bytes(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A storage for each tensor, in their order: its numbers in C order, little-endian. They lie in host memory. */
    void storages(StateDict tensors) throws IOException {
        int key = 0;
        for (String name : tensors.names()) {
            Tensor tensor = tensors.get(name);
            entry(storage(key++), TensorData.of(tensor));
        }
    }

    private void entry(String name, ByteBuffer content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(path(name));
        entry.setTimeLocal(NO_TIME);
        entry.setMethod(ZipArchiveEntry.STORED);
        entry.setSize(content.remaining());
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        entry.setCrc(crc.getValue());
        entry.setAlignment(ALIGNMENT);
        zip.putArchiveEntry(entry);
        byte[] chunk = new byte[Math.min(CHUNK, content.remaining())];
        while (content.hasRemaining()) {
            int length = Math.min(chunk.length, content.remaining());
            content.get(chunk, 0, length);
            zip.write(chunk, 0, length);
        }
        zip.closeArchiveEntry();
    }

    /** Writes what ends the file. */
    void finish() throws IOException {
        zip.finish();
    }
}
