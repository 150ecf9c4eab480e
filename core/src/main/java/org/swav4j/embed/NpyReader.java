package org.swav4j.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.swav4j.data.DataException;
import org.swav4j.format.DType;
import org.swav4j.format.FormatException;
import org.swav4j.format.HalfFloat;
import org.swav4j.format.NpyFile;

/** One array, and names in a file beside it. */
final class NpyReader implements EmbeddingReader {
    private static final int BLOCK_BYTES = 1 << 22;

    private final Path file;
    private final Path names;
    private final NpyFile.Place place;

    private NpyReader(Path file, Path names, NpyFile.Place place) {
        this.file = file;
        this.names = names;
        this.place = place;
    }

    static NpyReader open(Path file) throws IOException {
        NpyFile.Place place = NpyFile.locate(file);
        if (place.shape().length != 2 || (place.dtype() != DType.F32 && place.dtype() != DType.F16)) {
            throw new FormatException(
                    file,
                    "must hold rows of floats or halves, not " + place.dtype() + " in " + place.shape().length
                            + " dimensions");
        }
        String name = file.getFileName().toString();
        String stem = name.endsWith(".npy") ? name.substring(0, name.length() - ".npy".length()) : name;
        Path names = file.resolveSibling(stem + "." + EmbeddingWriter.NAMES + ".csv");
        if (!Files.isRegularFile(names)) {
            throw new DataException(
                    file + ": the images' names must be beside it, in " + names.getFileName() + ", which is not there");
        }
        return new NpyReader(file, names, place);
    }

    @Override
    public long rows() {
        return place.shape()[0];
    }

    @Override
    public Map<String, String> about() {
        return Map.of();
    }

    @Override
    public void read(Visitor visitor) throws IOException {
        long rows = rows();
        long dimensions = place.shape()[1];
        if (dimensions < 1 || dimensions > BLOCK_BYTES) {
            throw new FormatException(file, "has rows of " + dimensions + " numbers");
        }
        int rowBytes = (int) dimensions * place.dtype().bytes();
        int blockRows = Math.max(1, BLOCK_BYTES / rowBytes);
        ByteBuffer block =
                ByteBuffer.allocate(Math.multiplyExact(rowBytes, blockRows)).order(ByteOrder.LITTLE_ENDIAN);
        float[] vector = new float[(int) dimensions];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                CsvRecords records = new CsvRecords(names)) {
            List<String> head = records.next();
            if (head == null || !head.get(0).equals("path") || head.size() > 2) {
                throw new FormatException(names, "must begin with the line 'path' or 'path,label'");
            }
            for (long row = 0; row < rows; row++) {
                if (row % blockRows == 0) {
                    fill(channel, block, row, Math.min(blockRows, rows - row) * rowBytes);
                }
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = place.dtype() == DType.F32 ? block.getFloat() : HalfFloat.toFloat(block.getShort());
                }
                List<String> texts = records.next();
                if (texts == null || texts.size() != head.size()) {
                    throw texts == null
                            ? new FormatException(
                                    names,
                                    "names " + row + " images, and " + file.getFileName() + " has " + rows + " rows")
                            : new FormatException(
                                    names,
                                    "line " + records.lineNumber() + ": has " + texts.size() + " fields instead of "
                                            + head.size());
                }
                String label = texts.size() > 1 && !texts.get(1).isEmpty() ? texts.get(1) : null;
                visitor.row(texts.get(0), label, vector, vector.length);
            }
            if (records.next() != null) {
                throw new FormatException(
                        names, "names more images than the " + rows + " rows of " + file.getFileName());
            }
        }
    }

    private void fill(FileChannel channel, ByteBuffer block, long row, long bytes) throws IOException {
        block.clear().limit((int) bytes);
        long offset = place.offset() + row * place.shape()[1] * place.dtype().bytes();
        while (block.hasRemaining()) {
            if (channel.read(block, offset + block.position()) < 0) {
                throw new FormatException(file, "was shortened while being read");
            }
        }
        block.flip();
    }

    @Override
    public void close() {}
}
