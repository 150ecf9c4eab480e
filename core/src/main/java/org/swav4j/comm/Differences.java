package org.swav4j.comm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** In what ranks differ that should not. */
final class Differences {
    private Differences() {}

    /**
     * A text for people that names ranks, hosts and values; empty if there are none.
     *
     * @param facts by rank, lines of a name, a colon and a value
     * @param hosts by rank
     */
    static String between(List<String> facts, IntFunction<String> hosts) {
        List<Map<String, String>> all = facts.stream().map(Differences::parsed).toList();
        Set<String> names = new LinkedHashSet<>();
        all.forEach(each -> names.addAll(each.keySet()));
        List<String> lines = new ArrayList<>();
        Set<Integer> differing = new TreeSet<>();
        for (String name : names) {
            Map<String, List<Integer>> ranksByValue = new LinkedHashMap<>();
            for (int rank = 0; rank < all.size(); rank++) {
                String value = all.get(rank).getOrDefault(name, "nothing");
                ranksByValue.computeIfAbsent(value, v -> new ArrayList<>()).add(rank);
            }
            if (ranksByValue.size() > 1) {
                String first = all.get(0).getOrDefault(name, "nothing");
                ranksByValue.forEach((value, ranks) -> differing.addAll(value.equals(first) ? List.of() : ranks));
                lines.add("\n  " + name + ": "
                        + ranksByValue.entrySet().stream()
                                .map(e -> e.getKey() + " on rank " + numbers(e.getValue()))
                                .collect(Collectors.joining(", ")));
            }
        }
        if (lines.isEmpty()) {
            return "";
        }
        String others = differing.stream()
                .map(rank -> "rank " + rank + " (" + hosts.apply(rank) + ")")
                .collect(Collectors.joining(", "));
        return "rank 0 (" + hosts.apply(0) + ") and " + others + " were not started alike:" + String.join("", lines);
    }

    private static Map<String, String> parsed(String facts) {
        Map<String, String> values = new LinkedHashMap<>();
        facts.lines().forEach(line -> {
            int colon = line.indexOf(": ");
            values.put(colon < 0 ? line : line.substring(0, colon), colon < 0 ? "nothing" : line.substring(colon + 2));
        });
        return values;
    }

    private static String numbers(List<Integer> ranks) {
        return ranks.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
