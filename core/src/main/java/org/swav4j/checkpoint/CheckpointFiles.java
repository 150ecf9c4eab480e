package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.Sha256;
import org.swav4j.tensor.StateDict;

/** Writes the files of one checkpoint into an empty directory, each forced to disk, the manifest last. */
final class CheckpointFiles {
    private final Path directory;
    private final Map<String, Manifest.FileEntry> written = new LinkedHashMap<>();

    private CheckpointFiles(Path directory) {
        this.directory = directory;
    }

    /** When this returns, all of it is on disk. */
    static void write(Path directory, Contents contents, String version) throws IOException {
        CheckpointFiles files = new CheckpointFiles(directory);
        files.tensors(Checkpoint.MODEL, contents.model());
        files.tensors(Checkpoint.OPTIMIZER, contents.optimizer());
        files.tensors(Checkpoint.QUEUE, contents.queue());
        files.tensors(Checkpoint.MONITOR, contents.monitor());
        files.bytes(Checkpoint.CONFIG, utf8(contents.configYaml()));
        files.seal(contents.lineage(), contents.progress(), contents.encoder(), contents.knnTop1(), version);
    }

    /** The same for an encoder without a training. */
    static void write(Path directory, EncoderInfo encoder, StateDict model, byte[] originJson, String version)
            throws IOException {
        CheckpointFiles files = new CheckpointFiles(directory);
        files.tensors(Checkpoint.MODEL, model);
        files.bytes(Checkpoint.ORIGIN, originJson);
        files.seal(Lineage.NONE, null, encoder, null, version);
    }

    private void seal(Lineage lineage, Progress progress, EncoderInfo encoder, Double knnTop1, String version)
            throws IOException {
        byte[] manifest = new Manifest(
                        Checkpoint.FORMAT,
                        version,
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                        lineage.run(),
                        lineage.parent(),
                        progress,
                        encoder,
                        knnTop1,
                        written)
                .toJson();
        bytes(Manifest.SUM, Manifest.sumLine(manifest));
        bytes(Manifest.FILE, manifest);
        AtomicFile.syncDirectory(directory);
    }

    private void tensors(String name, StateDict state) throws IOException {
        if (state != null) {
            write(name, channel -> TensorFile.write(channel, state));
        }
    }

    private void bytes(String name, byte[] bytes) throws IOException {
        write(name, channel -> channel.write(ByteBuffer.wrap(bytes)));
    }

    private interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private void write(String name, Content content) throws IOException {
        try (FileChannel file =
                FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Summing summing = new Summing(file);
            content.writeTo(summing);
            file.force(true);
            written.put(name, new Manifest.FileEntry(file.position(), summing.sha256.hex()));
        }
    }

    private static byte[] utf8(String text) throws CharacterCodingException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    /** Adds up what passes through, so that a file need not be read again for its sum. */
    private static final class Summing implements WritableByteChannel {
        /** Little enough to be in a core's cache still when it is written after it was summed. */
        private static final int PIECE = 1 << 18;

        private final FileChannel file;
        private final Sha256 sha256 = new Sha256();

        Summing(FileChannel file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int all = bytes.remaining();
            while (bytes.hasRemaining()) {
                ByteBuffer piece = bytes.slice(bytes.position(), Math.min(PIECE, bytes.remaining()));
                sha256.add(piece.duplicate());
                bytes.position(bytes.position() + piece.remaining());
                while (piece.hasRemaining()) {
                    file.write(piece);
                }
            }
            return all;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
