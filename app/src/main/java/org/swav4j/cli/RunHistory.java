package org.swav4j.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.swav4j.runlog.Machine;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Event;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.train.BuildInfo;
import org.swav4j.train.TrainingListener;

/** What happens to a run, written into its provenance as it happens. */
final class RunHistory implements TrainingListener {
    private final RunDirectory run;
    private Provenance provenance;

    /** @param provenance as it stands in the run's directory, or is to stand there */
    RunHistory(RunDirectory run, Provenance provenance) {
        this.run = run;
        this.provenance = provenance;
    }

    Provenance provenance() {
        return provenance;
    }

    /** From now on the run is trained on other images. */
    void trainsOn(Provenance.Data data, long step) throws IOException {
        Provenance.Data before = provenance.data();
        provenance = provenance.withData(data);
        add(Kind.DATA_CHANGE, step, "until then " + before.description() + ", fingerprint " + before.fingerprint());
    }

    void add(Kind kind, long step, String note) throws IOException {
        provenance = provenance.withEvent(Event.now(kind, step, note));
        provenance.write(run);
    }

    @Override
    public void rewound(long step, String why) {
        try {
            add(Kind.REWIND, step, why);
        } catch (IOException e) {
            // it is part of the history, and written with what happens next
        }
    }

    /**
     * What of the machine and of the program is not as it was when the run began, and may show in the last bits.
     *
     * @return nothing if that was said at an earlier resume already
     */
    Optional<String> newSurroundings() {
        String text = String.join(", ", surroundings(provenance));
        boolean told = provenance.history().stream().anyMatch(e -> e.note().contains(text));
        return text.isEmpty() || told ? Optional.empty() : Optional.of(text);
    }

    /** What of the machine and of the program is not as it was when a run began, and may show in the last bits. */
    static List<String> surroundings(Provenance provenance) {
        Machine now = Machine.current();
        Machine then = provenance.machine();
        Map<String, String[]> both = new LinkedHashMap<>();
        both.put("swav4j", new String[] {provenance.swav4j(), BuildInfo.read().version()});
        both.put("CPU", new String[] {then.cpu().orElse("unknown"), now.cpu().orElse("unknown")});
        InfoCommand.libraries()
                .forEach((name, version) ->
                        both.put(name, new String[] {provenance.libraries().getOrDefault(name, version), version}));
        List<String> differences = new ArrayList<>();
        both.forEach((name, versions) -> {
            if (!versions[0].equals(versions[1])) {
                differences.add(name + " " + versions[1] + " instead of " + versions[0]);
            }
        });
        return differences;
    }
}
