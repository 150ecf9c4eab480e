package org.swav4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/**
 * A state dict as Python's {@code torch.save} writes it since version 1.6, a zip file of entries that are not compressed:
 *
 * <pre>
 * archive/data.pkl      names, types, shapes, and which storage each tensor lies in; see {@link StatePickle}
 * archive/byteorder     little
 * archive/data/0 ...    a storage each: the tensor's numbers in C order, little-endian, at a multiple of 64 bytes
 * archive/version       3
 * </pre>
 *
 * <p>The same tensors give the same bytes.
 */
final class PyTorchFile {
    private static final String PICKLE = "archive/data.pkl";
    private static final String STORAGE = "archive/data/";
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20;
    /** The earliest that a zip file can state. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private PyTorchFile() {}

    /** Writes to an empty channel, which stays open. Tensors are contiguous and in host memory. */
    static void write(FileChannel channel, StateDict state) throws IOException {
        // closing it would close the channel, which is the caller's
        @SuppressWarnings("resource")
        ZipArchiveOutputStream zip = new ZipArchiveOutputStream(channel);
        entry(zip, PICKLE, ByteBuffer.wrap(StatePickle.of(state)));
        entry(zip, "archive/byteorder", ByteBuffer.wrap("little".getBytes(StandardCharsets.US_ASCII)));
        int key = 0;
        for (String name : state.names()) {
            entry(zip, STORAGE + key++, TensorData.of(state.get(name)));
        }
        entry(zip, "archive/version", ByteBuffer.wrap("3\n".getBytes(StandardCharsets.US_ASCII)));
        zip.finish();
    }

    private static void entry(ZipArchiveOutputStream zip, String name, ByteBuffer content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
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

    /**
     * Reads a file that {@link #write} wrote, and no other.
     *
     * @param like tensors of the names, types and shapes that it must hold
     * @return its tensors; the caller closes them
     */
    static StateDict read(Path file, StateDict like) throws IOException {
        StateDict state = new StateDict();
        try (PointerScope scope = new PointerScope();
                ZipFile zip = ZipFile.builder().setPath(file).get()) {
            if (!Arrays.equals(content(zip, PICKLE), StatePickle.of(like))) {
                throw new ExportException("the pickle of the pytorch file is not what was written");
            }
            int key = 0;
            for (String name : like.names()) {
                Tensor tensor = torch.zeros(
                        like.get(name).shape(), new TensorOptions(like.get(name).scalar_type()));
                byte[] storage = content(zip, STORAGE + key++);
                if (storage.length != tensor.nbytes()) {
                    throw new ExportException("the pytorch file holds " + storage.length + " bytes of '" + name
                            + "', not " + tensor.nbytes());
                }
                TensorData.of(tensor).put(storage);
                state.add(name, tensor);
            }
            return state;
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private static byte[] content(ZipFile zip, String name) throws IOException {
        ZipArchiveEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new ExportException("the pytorch file has no '" + name + "'");
        }
        return zip.getInputStream(entry).readAllBytes();
    }
}
