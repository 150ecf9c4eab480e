package org.swav4j.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/**
 * A state dict as Python's {@code torch.save} writes it since version 1.6, a {@link TorchZip}:
 *
 * <pre>
 * archive/data.pkl      names, types, shapes, and which storage each tensor lies in
 * archive/byteorder     little
 * archive/data/0 ...    a storage for each tensor
 * archive/version       3
 * </pre>
 */
final class PyTorchFile {
    private static final String PICKLE = "data.pkl";

    private PyTorchFile() {}

    /** Writes to an empty channel, which stays open. Tensors are contiguous and in host memory. */
    static void write(FileChannel channel, StateDict state) throws IOException {
        TorchZip zip = new TorchZip(channel);
        zip.bytes(PICKLE, pickle(state));
        zip.text("byteorder", "little");
        zip.storages(state);
        zip.text("version", "3\n");
        zip.finish();
    }

    /**
     * An {@code OrderedDict} of tensors, each with a storage of its own that is named by its position. It asks for nothing
     * but what Python's {@code torch.load(weights_only=True)} allows.
     */
    private static byte[] pickle(StateDict state) {
        PickleWriter pickle = new PickleWriter().orderedDict().op("(");
        int[] key = {0};
        state.forEach((name, tensor) -> pickle.text(name).tensor(tensor, key[0]++));
        return pickle.op("u").finish();
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
            if (!Arrays.equals(content(zip, PICKLE), pickle(like))) {
                throw new ExportException("the pickle of the pytorch file is not what was written");
            }
            int key = 0;
            for (String name : like.names()) {
                Tensor tensor = torch.zeros(
                        like.get(name).shape(), new TensorOptions(like.get(name).scalar_type()));
                byte[] storage = content(zip, TorchZip.storage(key++));
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
        ZipArchiveEntry entry = zip.getEntry(TorchZip.path(name));
        if (entry == null) {
            throw new ExportException("the pytorch file has no '" + name + "'");
        }
        return zip.getInputStream(entry).readAllBytes();
    }
}
