package org.swav4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.train.NearestName;
import org.swav4j.train.Presets;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav presets}: lists the recipes, or prints one as YAML. */
@Command(
        name = "presets",
        mixinStandardHelpOptions = true,
        description = "Lists the recipes that come with swav, or prints one as YAML.",
        footerHeading = "%nExamples:%n",
        footer = {"  swav presets", "  swav presets cifar10 > my.yaml     a start for a file of your own"})
final class PresetsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The recipe to print.")
    private String name;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (name != null && !Presets.names().contains(name)) {
            throw new UsageException(
                    "'" + name + "': there is no such preset" + NearestName.hint(name, Presets.names()));
        }
        if (json) {
            Json.print(
                    out,
                    name == null
                            ? Presets.names().stream()
                                    .map(PresetsCommand::described)
                                    .toList()
                            : described(name));
        } else if (name != null) {
            out.print(Presets.yaml(name));
        } else {
            List<String> names = Presets.names();
            int width = names.stream().mapToInt(String::length).max().orElse(0);
            names.forEach(n -> out.println(n + " ".repeat(width - n.length() + 2) + Presets.description(n)));
        }
        out.flush();
    }

    private static Map<String, Object> described(String name) {
        Settings settings = Settings.builder().preset(name).build();
        Map<String, String> values = new LinkedHashMap<>();
        for (Setting setting : settings.names()) {
            values.put(setting.key(), settings.text(setting).orElseThrow());
        }
        Map<String, Object> preset = new LinkedHashMap<>();
        preset.put("name", name);
        preset.put("description", Presets.description(name));
        preset.put("settings", values);
        return preset;
    }
}
