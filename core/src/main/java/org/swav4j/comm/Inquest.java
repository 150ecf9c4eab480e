package org.swav4j.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.swav4j.comm.Peer.Answer;
import org.swav4j.comm.Peer.Condition;

/** What the other ranks' answers say about who keeps an operation from being completed. */
final class Inquest {
    private Inquest() {}

    /** The ranks that are lost, and in which way; empty if all answer. */
    static Optional<String> lost(List<Answer> answers) {
        List<String> kinds = new ArrayList<>();
        add(kinds, answers, Condition.GONE, "gone without a word, as when killed");
        add(kinds, answers, Condition.SILENT, "no answer though the machine is there, as when stopped");
        add(
                kinds,
                answers,
                Condition.UNREACHABLE,
                "cannot be reached, as when the network is cut or the machine is off");
        return kinds.isEmpty() ? Optional.empty() : Optional.of("lost " + String.join("; ", kinds));
    }

    private static void add(List<String> kinds, List<Answer> answers, Condition condition, String meaning) {
        String names = names(answers, answer -> answer.condition() == condition);
        if (!names.isEmpty()) {
            kinds.add(names + ": " + meaning);
        }
    }

    private static String names(List<Answer> answers, Predicate<Answer> which) {
        return answers.stream().filter(which).map(a -> a.peer().toString()).collect(Collectors.joining(", "));
    }

    /**
     * The ranks that have not come to where this one waits, and what they do instead: those at work of their own, as the others
     * may be waiting for them, too, and those that do not answer now; empty if there are none.
     */
    static Optional<String> behind(List<Answer> answers) {
        String behind = answers.stream()
                .filter(a -> a.isLost() || !a.doing().waiting())
                .map(a -> a.peer() + ", "
                        + (a.isLost() ? "which does not answer now" : a.doing().text()))
                .collect(Collectors.joining("; "));
        return behind.isEmpty() ? Optional.empty() : Optional.of(behind);
    }

    /** Whether this rank is the first of those that wait: one of them speaks for all. */
    static boolean speaks(int rank, List<Answer> answers) {
        return answers.stream()
                .filter(a -> a.condition() == Condition.ANSWERS && a.doing().waiting())
                .allMatch(a -> a.peer().rank() > rank);
    }
}
