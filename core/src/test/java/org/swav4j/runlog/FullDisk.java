package org.swav4j.runlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.swav4j.PassingChannel;

/** Opens a file on a disk with little room: writes what fits and then fails, as a file system does. */
final class FullDisk implements LineAppender.Opening {
    private final Path file;

    /** Bytes that can still be written. */
    int room = Integer.MAX_VALUE;
    /** Whether a file can be cut off. */
    boolean truncates = true;

    FullDisk(Path file) {
        this.file = file;
    }

    @Override
    public SeekableByteChannel open() throws IOException {
        return new Channel(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    private final class Channel extends PassingChannel {
        Channel(SeekableByteChannel real) {
            super(real);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer fitting = bytes.slice();
            fitting.limit(Math.min(room, fitting.remaining()));
            int written = super.write(fitting);
            bytes.position(bytes.position() + written);
            room -= written;
            return written;
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            if (!truncates) {
                throw new IOException("Input/output error");
            }
            return super.truncate(size);
        }
    }
}
