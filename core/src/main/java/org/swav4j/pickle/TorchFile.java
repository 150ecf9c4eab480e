package org.swav4j.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.zip.CRC32;
import org.swav4j.format.DType;
import org.swav4j.format.FileContent;
import org.swav4j.format.FormatException;

/**
 * A file of {@code torch.save}, in the zip format or the legacy one, opened for reading. Its structure is read and checked
 * when it is opened; the numbers of a tensor are read when they are asked for. Nothing of the file is ever run: what is read
 * are tensors and plain values; objects of classes known as settings and the like are passed over unmade, and everything else is
 * refused by name and place. Not for use by several threads.
 */
public final class TorchFile implements AutoCloseable {
    private static final int PIECE = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final Object root;
    private final Map<String, StoredBytes> places;
    private final Names names;
    private final Set<String> verified = new HashSet<>();

    private TorchFile(Path file, FileChannel channel, Parsed parsed, Names names) {
        this.file = file;
        this.channel = channel;
        this.root = parsed.root();
        this.places = parsed.places();
        this.names = names;
    }

    /**
     * Opens a file and checks all of its structure.
     *
     * @throws FormatException if it is none of {@code torch.save}'s, damaged, or holds something else than tensors and plain
     *     values; the message says what and where
     */
    public static TorchFile open(Path file) throws IOException {
        return open(file, false);
    }

    /**
     * Opens a file and checks all of its structure.
     *
     * @param anyObject whether objects of unknown classes are passed over instead of refused; nothing is made of them either way
     * @throws FormatException if it is none of {@code torch.save}'s, or damaged; the message says what and where
     */
    public static TorchFile open(Path file, boolean anyObject) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file, "is a folder; files of PyTorch's torch.save are read");
        }
        // a pipe may have no writer, and a device no end
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FormatException(file, "is not a file");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            Names names = new Names(anyObject);
            return new TorchFile(file, channel, parse(file, channel, names), names);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    private static Parsed parse(Path file, FileChannel channel, Names names) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(head, 0);
        head.flip();
        if (head.limit() >= 4 && head.getInt(0) == 0x04034b50) {
            return ZipLayout.parse(file, channel, names);
        }
        if (head.limit() >= 2 && Byte.toUnsignedInt(head.get(0)) == Opcode.PROTO) {
            return LegacyLayout.parse(file, channel, names);
        }
        throw new FormatException(
                file,
                FileContent.describe(file)
                        .orElse("is no file of PyTorch's torch.save: it begins neither as a zip nor as a pickle"));
    }

    /**
     * What was saved: null, a Boolean, Long, BigInteger, Double or String, a {@code byte[]}, a {@link PickledDict}, a
     * {@link PickledList}, a {@link PickledTensor}, or {@link PassedOver}. Anything else stands for the name of a type, and means
     * nothing.
     */
    public Object root() {
        return root;
    }

    /** What Python calls the types of objects and the classes that were passed over. */
    public SortedSet<String> passedOver() {
        return names.passedOver();
    }

    /**
     * Reads a tensor, densely packed in C order, little-endian.
     *
     * @param target where its bytes go; exactly as many as they are must remain
     * @throws FormatException if the file is damaged
     */
    public void read(PickledTensor tensor, ByteBuffer target) throws IOException {
        if (target.remaining() != tensor.bytes()) {
            throw new IllegalArgumentException(
                    tensor + " takes " + tensor.bytes() + " bytes; there is room for " + target.remaining());
        }
        if (tensor.elements() == 0) {
            return;
        }
        StoredBytes place = places.get(tensor.storage().key());
        if (place.crc() != null && verified.add(tensor.storage().key())) {
            verify(tensor.storage().key(), place);
        }
        int width = tensor.dtype().bytes();
        long begin = place.begin() + tensor.offset() * width;
        if (tensor.isDense()) {
            fill(target, begin);
        } else {
            gather(tensor, begin, target);
        }
        if (tensor.dtype() == DType.BOOL) {
            requireBooleans(tensor, target, begin);
        }
    }

    /** Of a view with strides: reads the stretch that it lies in, and picks its elements. */
    private void gather(PickledTensor tensor, long begin, ByteBuffer target) throws IOException {
        int width = tensor.dtype().bytes();
        long bytes = tensor.span() * width;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new FormatException(
                    file, "a view at byte " + begin + " lies in " + bytes + " bytes; at most 2 GiB are read");
        }
        ByteBuffer span = ByteBuffer.allocate((int) bytes);
        fill(span, begin);
        byte[] source = span.array();
        long[] shape = tensor.shape();
        long[] index = new long[shape.length];
        long elements = tensor.elements();
        long at = 0;
        for (long i = 0; i < elements; i++) {
            target.put(source, (int) (at * width), width);
            for (int d = shape.length - 1; d >= 0; d--) {
                at += tensor.stride(d);
                if (++index[d] < shape[d]) {
                    break;
                }
                at -= shape[d] * tensor.stride(d);
                index[d] = 0;
            }
        }
    }

    private void requireBooleans(PickledTensor tensor, ByteBuffer target, long begin) throws IOException {
        int end = target.position();
        for (int i = end - (int) tensor.bytes(); i < end; i++) {
            if ((target.get(i) & 0xFE) != 0) {
                throw new FormatException(file, "a boolean that is neither 0 nor 1, in the storage at byte " + begin);
            }
        }
    }

    private void verify(String key, StoredBytes place) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        for (long done = 0; done < place.bytes(); done += piece.limit()) {
            piece.clear().limit((int) Math.min(PIECE, place.bytes() - done));
            fill(piece, place.begin() + done);
            crc.update(piece.flip());
        }
        if ((int) crc.getValue() != place.crc()) {
            throw new FormatException(
                    file,
                    "storage " + FormatException.quote(key) + " at byte " + place.begin()
                            + " is damaged: its CRC-32 is not the archive's; copy the file again");
        }
    }

    private void fill(ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw new FormatException(file, "was shortened while being read, at byte " + at);
            }
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
