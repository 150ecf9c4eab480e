package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Event;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;

/** What may explain that a run which was trained again came to other bits. */
final class Causes {
    private static final String INSTEAD = " instead of ";

    /** Between the command that a run was resumed by and what was not as before. */
    private static final String AFTER_COMMAND = "; ";

    private Causes() {}

    /** In lines, the likeliest first. */
    static List<String> of(OriginalRun original, RunDirectory again) throws IOException {
        Provenance then = original.provenance();
        Provenance now = Provenance.read(again);
        List<String> causes = new ArrayList<>();
        List<String> surroundings = RunHistory.surroundings(then);
        if (!surroundings.isEmpty()) {
            causes.add(String.join(", ", surroundings));
        }
        causes.addAll(inHistory(original.directory(), then));
        causes.addAll(inHistory(again, now));
        String device = original.settings().config().device();
        if (!device.equals("cpu")) {
            causes.add(device + ": a GPU may add up in another order each time");
        }
        if (Files.exists(original.directory().quarantine()) != Files.exists(again.quarantine())
                || (Files.exists(again.quarantine())
                        && Files.mismatch(original.directory().quarantine(), again.quarantine()) >= 0)) {
            causes.add("other images could not be read: " + original.directory().quarantine() + " and "
                    + again.quarantine() + " differ");
        }
        then.origin()
                .initFrom()
                .ifPresent(place -> causes.add("it began with the weights of " + place + ", now taken from "
                        + now.origin().initFrom().orElse(place)
                        + "; whether they are the same is not recorded"));
        causes.add("of the images, names and sizes are as they were; whether their contents are is not recorded");
        return causes;
    }

    private static List<String> inHistory(RunDirectory run, Provenance provenance) {
        List<String> causes = new ArrayList<>();
        for (Event event : provenance.history()) {
            if (event.event() == Kind.REWIND) {
                causes.add(run + " went back to step " + event.step() + ": " + event.note());
            } else if (event.event() == Kind.RESUME && event.note().contains(INSTEAD)) {
                String changes = event.note().substring(event.note().indexOf(AFTER_COMMAND) + AFTER_COMMAND.length());
                causes.add(run + " went on from step " + event.step() + " with " + changes);
            }
        }
        return causes;
    }
}
