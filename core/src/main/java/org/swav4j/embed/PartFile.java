package org.swav4j.embed;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;

/**
 * What a rank other than the first has embedded, until the first brings it into the target: {@code part-FROM-TO} in the folder
 * of the target's beginnings, and beside it the list of what could not be read.
 *
 * <pre>
 * of each batch    length of what follows the sum, 4 bytes; its CRC-32, 8 bytes; next image, number of images, 4 bytes each;
 *                  name and label of each as modified UTF-8; the vectors
 * </pre>
 *
 * Big-endian but for the vectors. A batch whose sum does not fit is one that was being written when the process was killed: the
 * file ends before it.
 */
final class PartFile implements AutoCloseable {
    private static final int HEAD = Integer.BYTES + Long.BYTES;

    /** Receives a batch. */
    interface Reader {
        void batch(EmbeddedBatch batch) throws IOException;
    }

    private final Path broken;
    private final Quarantine quarantine;
    private final GrowingFile file;
    private int next;

    /** Opens what was begun, or begins; what could not be read so far is noted in {@code quarantine}. */
    PartFile(Path folder, Share share, Quarantine quarantine) throws IOException {
        Path path = path(folder, share);
        this.broken = broken(folder, share);
        this.quarantine = quarantine;
        quarantine.restore(broken);
        next = share.from();
        file = new GrowingFile(path, Files.exists(path) ? read(path, batch -> next = batch.next()) : 0);
    }

    private static Path path(Path folder, Share share) {
        return folder.resolve("part-" + share.from() + "-" + share.to());
    }

    private static Path broken(Path folder, Share share) {
        return folder.resolve("part-" + share.from() + "-" + share.to() + ".broken.csv");
    }

    /** The image to go on with. */
    int next() {
        return next;
    }

    /** Appends a batch; its list of broken images is there before it is. */
    void append(EmbeddedBatch batch) throws IOException {
        quarantine.flush(broken);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(batch.next());
            out.writeInt(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                out.writeUTF(batch.names().get(i));
                out.writeUTF(batch.labels().get(i));
            }
            out.write(batch.vectors());
        }
        CRC32 sum = new CRC32();
        sum.update(bytes.toByteArray());
        ByteBuffer record = ByteBuffer.allocate(HEAD + bytes.size());
        record.putInt(bytes.size())
                .putLong(sum.getValue())
                .put(bytes.toByteArray())
                .flip();
        file.write(record);
        next = batch.next();
    }

    /**
     * Hands the batches of a part on, in order, and notes its broken images.
     *
     * @return the image behind the last
     */
    static int read(Path folder, Share share, Quarantine quarantine, Reader reader) throws IOException {
        quarantine.restore(broken(folder, share));
        int[] next = {share.from()};
        Path path = path(folder, share);
        if (Files.exists(path)) {
            read(path, batch -> {
                reader.batch(batch);
                next[0] = batch.next();
            });
        }
        return next[0];
    }

    /** Returns how many bytes of the file are whole batches. */
    private static long read(Path path, Reader reader) throws IOException {
        long whole = 0;
        long size = Files.size(path);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            while (size - whole > HEAD) {
                int length = in.readInt();
                long sum = in.readLong();
                if (length < 2 * Integer.BYTES || length > size - whole - HEAD) {
                    return whole;
                }
                byte[] record = in.readNBytes(length);
                CRC32 found = new CRC32();
                found.update(record);
                if (found.getValue() != sum) {
                    return whole;
                }
                reader.batch(batch(record));
                whole += HEAD + length;
            }
        } catch (EOFException e) {
            return whole;
        }
        return whole;
    }

    private static EmbeddedBatch batch(byte[] record) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
        int next = in.readInt();
        int count = in.readInt();
        List<String> names = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(in.readUTF());
            labels.add(in.readUTF());
        }
        return new EmbeddedBatch(next, names, labels, in.readAllBytes());
    }

    /** Makes it durable. */
    @Override
    public void close() throws IOException {
        try (file) {
            quarantine.flush(broken);
            file.force();
        }
    }
}
