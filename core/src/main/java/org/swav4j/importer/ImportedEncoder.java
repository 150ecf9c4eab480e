package org.swav4j.importer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.format.DType;
import org.swav4j.format.FormatException;
import org.swav4j.nn.Stem;

/**
 * What was recognised in a file of PyTorch's or of safetensors, no number of it read yet.
 *
 * @param place the keys that lead to the state in the file, such as {@code state_dict}
 * @param prefix what stands before the trunk's names there, besides {@code module.}
 * @param method what made it, as far as names tell
 * @param encoder what the trunk is
 * @param head SwAV's head and prototypes, as far as they are there
 * @param tensors our name → the file's tensor
 * @param absent our names of tensors that the file does not have and that begin at zero: counts of batches, which old versions of
 *     PyTorch did not save
 * @param leftOut parts left out → how many tensors each has
 * @param passedOver what Python calls the types of objects that were passed over in the file
 */
public record ImportedEncoder(
        String place,
        String prefix,
        Method method,
        EncoderInfo encoder,
        Head head,
        Map<String, SavedTensor> tensors,
        List<String> absent,
        Map<String, Integer> leftOut,
        SortedSet<String> passedOver) {
    private static final String COUNT = "num_batches_tracked";
    /** What ResNets are usually trained on, pixels. */
    private static final int USUAL_SIDE = 224;

    /** Copies, and keeps the maps' order. */
    public ImportedEncoder {
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        absent = List.copyOf(absent);
        leftOut = java.util.Collections.unmodifiableMap(new TreeMap<>(leftOut));
        passedOver = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(passedOver));
    }

    /**
     * SwAV's head and prototypes.
     *
     * @param hidden width of the hidden layer; 0 for a linear projection; empty without a head
     * @param dim length of the embedding; empty without head and prototypes
     * @param prototypes how many each head of prototypes has; empty without
     */
    public record Head(Optional<Long> hidden, Optional<Long> dim, List<Long> prototypes) {
        /** Copies the list. */
        public Head {
            prototypes = List.copyOf(prototypes);
        }
    }

    /**
     * What a user may say beyond the file.
     *
     * @param prefix of the trunk's names, or null
     * @param stem the stem, whose stride shapes do not tell, or null
     * @param imageSize side of the images to use the encoder with, or null
     * @param skipObjects whether objects of any class are passed over in a file of PyTorch's, instead of those known as settings
     */
    public record Choices(String prefix, Stem stem, Integer imageSize, boolean skipObjects) {}

    /**
     * Recognises the encoder in a file.
     *
     * @param file what messages call it
     * @throws FormatException if there is none, it is not known, or not complete; every missing and unexpected name is said, or
     *     the first shape that differs
     */
    static ImportedEncoder recognise(Path file, SavedState state, Choices choices) throws FormatException {
        TrunkNames names = TrunkNames.of(file, state.tensors().keySet(), choices.prefix());
        Map<String, SavedTensor> trunk = new LinkedHashMap<>();
        Map<String, SavedTensor> rest = new LinkedHashMap<>();
        state.tensors()
                .forEach((name, tensor) -> names.ours(name)
                        .ifPresentOrElse(ours -> trunk.put(ours, tensor), () -> rest.put(name, tensor)));
        int imageSize = choices.imageSize() != null ? choices.imageSize() : USUAL_SIDE;
        TrunkShapes shapes = TrunkShapes.recognise(file, shapes(trunk), choices.stem());
        boolean reference = names.prefix().isEmpty() && !names.numbered();
        HeadShapes head = reference ? HeadShapes.recognise(shapes(rest)) : new HeadShapes(null, null, List.of());
        Map<String, long[]> expected = new LinkedHashMap<>(shapes.expected());
        expected.putAll(head.expected(shapes.arch().features()));
        Map<String, SavedTensor> tensors = new LinkedHashMap<>(trunk);
        expected.keySet().stream().filter(rest::containsKey).forEach(name -> tensors.put(name, rest.remove(name)));
        Map<String, Integer> leftOut = new TreeMap<>();
        List<String> unexpected = new ArrayList<>();
        List<String> others = new ArrayList<>(rest.keySet());
        others.addAll(state.others());
        for (String name : others) {
            Optional<KnownPart> part = KnownPart.of(name);
            if (part.isPresent()) {
                leftOut.merge(part.get().toString(), 1, Integer::sum);
            } else if (choices.prefix() != null && !name.startsWith(names.prefix())) {
                leftOut.merge("outside of '" + names.prefix() + "'", 1, Integer::sum);
            } else {
                unexpected.add(name);
            }
        }
        List<String> absent = check(file, expected, tensors, unexpected, names.prefix());
        return new ImportedEncoder(
                state.place(),
                names.prefix(),
                Method.of(state, names, head),
                new EncoderInfo(shapes.arch().name(), shapes.stem().toString(), imageSize),
                new Head(Optional.ofNullable(head.hidden()), Optional.ofNullable(head.dim()), head.prototypes()),
                tensors,
                absent,
                leftOut,
                state.passedOver());
    }

    /** Returns the counts that are not there. */
    private static List<String> check(
            Path file,
            Map<String, long[]> expected,
            Map<String, SavedTensor> found,
            List<String> unexpected,
            String prefix)
            throws FormatException {
        List<String> missing = new ArrayList<>(expected.keySet());
        missing.removeAll(found.keySet());
        List<String> absent =
                missing.stream().filter(n -> n.endsWith("." + COUNT)).toList();
        missing.removeAll(absent);
        found.keySet().stream().filter(n -> !expected.containsKey(n)).forEach(n -> unexpected.add(prefix + n));
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new FormatException(
                    file,
                    (missing.isEmpty() ? "" : "missing " + abbreviated(missing))
                            + (missing.isEmpty() || unexpected.isEmpty() ? "" : "; ")
                            + (unexpected.isEmpty() ? "" : "unexpected " + abbreviated(unexpected)));
        }
        for (Map.Entry<String, SavedTensor> each : found.entrySet()) {
            long[] shape = expected.get(each.getKey());
            SavedTensor tensor = each.getValue();
            String name = FormatException.quote(each.getKey());
            if (!Arrays.equals(shape, tensor.shape())) {
                throw new FormatException(
                        file,
                        name + " is " + Arrays.toString(tensor.shape()) + "; this encoder needs "
                                + Arrays.toString(shape));
            }
            boolean count = each.getKey().endsWith("." + COUNT);
            boolean whole = tensor.dtype() == DType.I64 || tensor.dtype() == DType.I32;
            boolean real = switch (tensor.dtype()) {
                case F64, F32, F16, BF16 -> true;
                default -> false;
            };
            if (count ? !whole : !real) {
                throw new FormatException(file, name + " is of type " + tensor.dtype() + ", which no weights have");
            }
        }
        return absent;
    }

    private static Map<String, long[]> shapes(Map<String, SavedTensor> tensors) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (tensor.shape().length > 0 || name.endsWith(COUNT)) {
                shapes.put(name, tensor.shape());
            }
        });
        return shapes;
    }

    private static String abbreviated(List<String> names) {
        String few = String.join(
                ", ", names.stream().limit(8).map(FormatException::quote).toList());
        return few + (names.size() > 8 ? " and " + (names.size() - 8) + " more" : "");
    }
}
