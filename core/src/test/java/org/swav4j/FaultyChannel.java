package org.swav4j;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.swav4j.FaultyFileSystem.Operation;

/** An open file of {@link FaultyFileSystem}; a write that fails has written half of its bytes. */
final class FaultyChannel extends FileChannel {
    private final FaultyFileSystem system;
    private final Path file;
    private final FileChannel real;

    FaultyChannel(FaultyFileSystem system, Path file, FileChannel real) {
        this.system = system;
        this.file = file;
        this.real = real;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (system.fails(Operation.ADD)) {
            real.write(source.slice(source.position(), source.remaining() / 2));
            system.written(file);
            throw system.failure(file);
        }
        int count = real.write(source);
        system.written(file);
        return count;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        system.change(Operation.ADD, file);
        system.written(file);
        return real.write(source, position);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        system.change(Operation.ADD, file);
        system.written(file);
        return real.write(sources, offset, length);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        system.change(Operation.ADD, file);
        system.written(file);
        return real.transferFrom(source, position, count);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        system.change(Operation.DELETE, file);
        system.written(file);
        real.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        system.change(Operation.FORCE, file);
        real.force(metaData);
        system.forced(file);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        if (mode != MapMode.READ_ONLY) {
            throw new UnsupportedOperationException("what is written through memory is not counted");
        }
        return real.map(mode, position, size);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
