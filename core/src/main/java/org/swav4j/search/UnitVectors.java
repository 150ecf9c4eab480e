package org.swav4j.search;

import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A {@link VectorSet} as JVector reads vectors. */
final class UnitVectors implements RandomAccessVectorValues {
    /**
     * Warns on the terminal of every Java without the incubating vectors, which are optional. Loggers are collected unless
     * somebody holds them.
     */
    private static final Logger PROVIDER = Logger.getLogger(VectorizationProvider.class.getName());

    private final VectorSet vectors;

    UnitVectors(VectorSet vectors) {
        this.vectors = vectors;
    }

    /** A vector of JVector's over these numbers. */
    static VectorFloat<?> vector(float[] numbers) {
        if (PROVIDER.getLevel() == null) {
            PROVIDER.setLevel(Level.SEVERE);
        }
        return VectorizationProvider.getInstance().getVectorTypeSupport().createFloatVector(numbers);
    }

    @Override
    public int size() {
        return vectors.size();
    }

    @Override
    public int dimension() {
        return vectors.dimensions();
    }

    @Override
    public VectorFloat<?> getVector(int row) {
        return vector(vectors.vector(row));
    }

    @Override
    public boolean isValueShared() {
        return false;
    }

    @Override
    public RandomAccessVectorValues copy() {
        return this;
    }
}
