package org.swav4j.importer;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.swav4j.format.FormatException;

/**
 * How a saved state names a ResNet's parts.
 *
 * @param prefix what stands before each name, such as {@code encoder_q.}
 * @param numbered whether its parts are numbered, as where the trunk was made as {@code Sequential(*resnet.children())}
 */
record TrunkNames(String prefix, boolean numbered) {
    private static final String FIRST_BLOCK = "layer1.0.conv1.weight";
    private static final String FIRST_BLOCK_NUMBERED = "4.0.conv1.weight";
    private static final Map<String, String> PARTS =
            Map.of("0", "conv1", "1", "bn1", "4", "layer1", "5", "layer2", "6", "layer3", "7", "layer4");
    private static final Pattern OURS = Pattern.compile("(conv1|bn1)\\..+|layer[1-4]\\.\\d+\\..+");
    private static final Pattern NUMBERED = Pattern.compile("(\\d+)\\.(.+)");
    /** Trunks that follow the trained one with a delay; they are never meant. */
    private static final Pattern FOLLOWER = Pattern.compile(
            "(.*\\.)?(encoder_k|momentum_\\w+|\\w+_momentum|target_\\w+|\\w+_target|\\w+_ema|ema_\\w+)\\..*");

    /**
     * Recognises the names.
     *
     * @param wanted the prefix that a user gave, or null
     * @throws FormatException if there is no trunk, or there are several
     */
    static TrunkNames of(Path file, Collection<String> names, String wanted) throws FormatException {
        List<TrunkNames> found = names.stream()
                .flatMap(name -> ending(name).stream())
                .filter(trunk ->
                        wanted == null ? !FOLLOWER.matcher(trunk.prefix).matches() : trunk.hasPrefix(wanted))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        if (found.isEmpty()) {
            String few = names.stream()
                    .limit(4)
                    .map(FormatException::quote)
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("nothing");
            throw new FormatException(
                    file,
                    (wanted == null
                                    ? OtherNetwork.of(names)
                                            .map(other -> "holds " + other + ", where ResNets are read")
                                            .orElse("holds no ResNet")
                                    : "holds no ResNet under " + FormatException.quote(wanted))
                            + ": there is no '..." + FIRST_BLOCK + "' among its " + names.size() + " tensors (" + few
                            + ", ...)");
        }
        throw new FormatException(
                file,
                "holds several ResNets: "
                        + String.join(
                                ", ",
                                found.stream()
                                        .map(t -> FormatException.quote(t.prefix))
                                        .toList())
                        + "; --prefix says which");
    }

    private static Optional<TrunkNames> ending(String name) {
        for (String end : List.of(FIRST_BLOCK, FIRST_BLOCK_NUMBERED)) {
            String prefix = name.substring(0, Math.max(0, name.length() - end.length()));
            if (name.endsWith(end) && (prefix.isEmpty() || prefix.endsWith("."))) {
                return Optional.of(new TrunkNames(prefix, end.equals(FIRST_BLOCK_NUMBERED)));
            }
        }
        return Optional.empty();
    }

    private boolean hasPrefix(String wanted) {
        return prefix.equals(wanted) || prefix.equals(wanted + ".");
    }

    /** Our name of a tensor of the trunk; empty if it is none. */
    Optional<String> ours(String name) {
        if (!name.startsWith(prefix)) {
            return Optional.empty();
        }
        String rest = name.substring(prefix.length());
        if (numbered) {
            Matcher matcher = NUMBERED.matcher(rest);
            boolean part = matcher.matches() && PARTS.containsKey(matcher.group(1));
            return part ? Optional.of(PARTS.get(matcher.group(1)) + "." + matcher.group(2)) : Optional.empty();
        }
        return OURS.matcher(rest).matches() ? Optional.of(rest) : Optional.empty();
    }
}
