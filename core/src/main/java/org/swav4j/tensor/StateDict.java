package org.swav4j.tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Named tensors in insertion order. Holds one reference to each: a tensor added here outlives the scope it was made in,
 * until {@link #close}.
 */
public final class StateDict implements AutoCloseable {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /**
     * Adds a tensor and takes a reference to it.
     *
     * @return {@code tensor}
     * @throws IllegalArgumentException if the name is taken
     */
    public Tensor add(String name, Tensor tensor) {
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException("'" + name + "' is there twice");
        }
        tensor.retainReference();
        return tensor;
    }

    /**
     * The tensor of a name; this keeps owning it.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no '" + name + "'");
        }
        return tensor;
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** The names, in insertion order. */
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(tensors.keySet());
    }

    public int size() {
        return tensors.size();
    }

    public void forEach(BiConsumer<String, Tensor> action) {
        tensors.forEach(action);
    }

    /**
     * Copies every tensor of {@code source} into the one of the same name here, in place. Strict: both must have the same
     * names and shapes.
     *
     * @param place where {@code source} came from, for messages
     * @throws IllegalArgumentException naming every missing and unexpected name, or the first shape that differs
     */
    public void copyFrom(StateDict source, String place) {
        Set<String> missing = new LinkedHashSet<>(tensors.keySet());
        missing.removeAll(source.tensors.keySet());
        Set<String> unexpected = new LinkedHashSet<>(source.tensors.keySet());
        unexpected.removeAll(tensors.keySet());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new IllegalArgumentException(place + ": "
                    + (missing.isEmpty() ? "" : "missing " + abbreviated(missing) + (unexpected.isEmpty() ? "" : "; "))
                    + (unexpected.isEmpty() ? "" : "unexpected " + abbreviated(unexpected)));
        }
        tensors.forEach((name, target) -> {
            Tensor value = source.get(name);
            if (!Arrays.equals(target.shape(), value.shape())) {
                throw new IllegalArgumentException(place + ": '" + name + "' is " + Arrays.toString(value.shape())
                        + "; this model needs " + Arrays.toString(target.shape()));
            }
        });
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            tensors.forEach((name, target) -> target.copy_(source.get(name)));
        }
    }

    /** Whether no value of any tensor is infinite or not a number. */
    public boolean isFinite() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            return tensors.values().stream()
                    .allMatch(tensor -> tensor.isfinite().all().item_bool());
        }
    }

    private static String abbreviated(Set<String> names) {
        String few = String.join("', '", names.stream().limit(5).toList());
        return "'" + few + "'" + (names.size() > 5 ? " and " + (names.size() - 5) + " more" : "");
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::releaseReference);
        tensors.clear();
    }
}
