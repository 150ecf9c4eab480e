package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointPlace;
import org.swav4j.checkpoint.Verification;
import org.swav4j.dataset.Bytes;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.RunDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav checkpoint verify}: whether every byte is as it was written. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads every file of every checkpoint of a run, or of one checkpoint, and compares it with its SHA-256; also"
                    + " whether names fit steps and all belong to the run. Exits with 1 if any is not whole. Those that were"
                    + " set aside as damaged are verified only if they are named."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav checkpoint verify runs/photos")
final class CheckpointVerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN_OR_CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "A run, its folder of checkpoints, or one of them.")
    private Path named;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CheckpointPlace place = CheckpointPlace.find(named);
        CheckpointDirectory directory = CheckpointCommand.saved(place);
        List<Path> chosen = place.checkpoint().map(List::of).orElseGet(directory::list);
        List<Path> setAside = place.checkpoint().isPresent() ? List.of() : directory.damaged();
        String run = runId(place);
        PrintWriter out = spec.commandLine().getOut();
        List<Verification> results = new ArrayList<>();
        for (Path each : chosen) {
            Verification result = Verification.of(each, run);
            if (!result.isWhole() && !Files.exists(each)) {
                // a training that goes on deletes its oldest
                continue;
            }
            results.add(result);
            if (!json) {
                out.println(line(result));
                out.flush();
            }
        }
        long whole = results.stream().filter(Verification::isWhole).count();
        if (json) {
            Json.print(out, fields(place, results, setAside));
        } else {
            out.println(whole + " of " + results.size() + " whole, "
                    + Bytes.text(results.stream().mapToLong(Verification::bytes).sum()) + " read"
                    + (setAside.isEmpty() ? "" : "; set aside as damaged and not read: " + names(setAside)));
            out.flush();
        }
        return whole == results.size() && whole > 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** The run's identity; empty where the checkpoints lie in no run, or it has none. */
    private String runId(CheckpointPlace place) throws IOException {
        Optional<Path> run = place.run().filter(path -> Files.exists(path.resolve(RunDirectory.PROVENANCE)));
        return run.isEmpty()
                ? ""
                : Provenance.read(RunDirectory.open(run.get())).runId();
    }

    private static String line(Verification result) {
        return result.directory().getFileName() + "  "
                + (result.isWhole() ? "ok, " + Bytes.text(result.bytes()) : problems(result));
    }

    private static String problems(Verification result) {
        return String.join("; ", shown(result));
    }

    private static List<String> shown(Verification result) {
        String itself = result.directory() + ": ";
        return result.problems().stream()
                .map(p -> p.startsWith(itself) ? p.substring(itself.length()) : p)
                .map(p -> CheckpointText.within(result.directory(), p))
                .toList();
    }

    private static String names(List<Path> paths) {
        return String.join(
                ", ", paths.stream().map(p -> p.getFileName().toString()).toList());
    }

    private static Map<String, Object> fields(CheckpointPlace place, List<Verification> results, List<Path> setAside) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("checkpoints", place.root().toString());
        fields.put("whole", !results.isEmpty() && results.stream().allMatch(Verification::isWhole));
        fields.put("bytes", results.stream().mapToLong(Verification::bytes).sum());
        List<Map<String, Object>> list = new ArrayList<>();
        for (Verification result : results) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", result.directory().getFileName().toString());
            entry.put("whole", result.isWhole());
            entry.put("bytes", result.bytes());
            entry.put("problems", shown(result));
            list.add(entry);
        }
        fields.put("list", list);
        fields.put(
                "set_aside",
                setAside.stream().map(p -> p.getFileName().toString()).toList());
        return fields;
    }
}
