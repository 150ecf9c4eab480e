package org.swav4j.importer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.swav4j.format.FormatException;
import org.swav4j.pickle.PassedOver;
import org.swav4j.pickle.PickledDict;
import org.swav4j.pickle.PickledTensor;
import org.swav4j.pickle.TorchFile;

/**
 * The state of a module as a file holds it.
 *
 * @param place the keys that lead to it, such as {@code state_dict}; empty where it is the file's whole content
 * @param tensors by name, without {@code module.}, which training on several devices puts in front
 * @param others names of what is no tensor
 * @param passedOver types of objects that were passed over in the file
 */
record SavedState(String place, Map<String, SavedTensor> tensors, Set<String> others, SortedSet<String> passedOver) {
    /** Keys under which programs save a state among other things; the first one that is there is taken. */
    private static final List<String> KEYS = List.of(
            "state_dict",
            "teacher",
            "model_state_dict",
            "model",
            "student",
            "network",
            "net",
            "backbone",
            "encoder",
            // of VISSL
            "classy_state_dict",
            "base_model",
            "trunk");

    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");
    private static final int DEEPEST = 4;
    /** Names are matched against patterns, which takes the square of their length. */
    private static final int LONGEST_NAME = 300;

    /**
     * Finds it.
     *
     * @param content what the file holds
     * @throws FormatException if there is none
     */
    static SavedState in(Path file, TorchFile content) throws FormatException {
        Object root = content.root();
        String place = "";
        Object at = root;
        for (int depth = 0; depth < DEEPEST && at instanceof PickledDict dict; depth++) {
            String key = KEYS.stream()
                    .filter(k -> dict.get(k) instanceof PickledDict)
                    .findFirst()
                    .orElse(null);
            if (key == null) {
                break;
            }
            place = place.isEmpty() ? key : place + "." + key;
            at = dict.get(key);
        }
        if (at instanceof PickledDict dict
                && dict.entries().values().stream().anyMatch(PickledTensor.class::isInstance)) {
            return of(file, place, tensors(dict, content), content.passedOver());
        }
        throw new FormatException(file, "holds no module's state: " + described(root) + ", without tensors by name");
    }

    /** What a dictionary holds by name: a {@link SavedTensor} for a tensor. */
    private static Map<String, Object> tensors(PickledDict dict, TorchFile content) {
        Map<String, Object> named = new LinkedHashMap<>();
        dict.entries().forEach((key, value) -> {
            boolean tensor = key instanceof String && value instanceof PickledTensor;
            named.put(String.valueOf(key), tensor ? saved((PickledTensor) value, content) : value);
        });
        return named;
    }

    private static SavedTensor saved(PickledTensor tensor, TorchFile content) {
        return new SavedTensor(tensor.dtype(), tensor.shape(), into -> content.read(tensor, into));
    }

    /**
     * The state of what lies in a file by name, without the names' wrappers.
     *
     * @param named {@link SavedTensor}s, and whatever else there is
     */
    static SavedState of(Path file, String place, Map<String, ?> named, SortedSet<String> passedOver)
            throws FormatException {
        Map<String, SavedTensor> tensors = new LinkedHashMap<>();
        Set<String> others = new TreeSet<>();
        for (Map.Entry<String, ?> each : named.entrySet()) {
            String name = unwrapped(each.getKey());
            if (name.length() > LONGEST_NAME) {
                throw new FormatException(
                        file, "a tensor's name has " + name.length() + " characters: " + FormatException.quote(name));
            }
            if (each.getValue() instanceof SavedTensor tensor) {
                if (tensors.put(name, tensor) != null) {
                    throw new FormatException(
                            file, FormatException.quote(name) + " is there with and without 'module.'");
                }
            } else {
                others.add(name);
            }
        }
        return new SavedState(place, tensors, others, passedOver);
    }

    private static String unwrapped(String name) {
        String bare = name;
        for (String wrapper : WRAPPERS) {
            bare = bare.startsWith(wrapper) ? bare.substring(wrapper.length()) : bare;
        }
        return bare;
    }

    private static String described(Object root) {
        if (root instanceof PickledDict dict) {
            String keys = dict.entries().keySet().stream()
                    .limit(6)
                    .map(k -> FormatException.quote(String.valueOf(k)))
                    .collect(Collectors.joining(", "));
            return "a dictionary of " + (keys.isEmpty() ? "nothing" : keys)
                    + (dict.entries().size() > 6 ? ", ..." : "");
        }
        if (root instanceof PassedOver object) {
            String type = FormatException.quote(object.type());
            return "an object of " + type.substring(1, type.length() - 1);
        }
        return root == null ? "None" : root instanceof PickledTensor ? "one tensor" : "one value";
    }
}
