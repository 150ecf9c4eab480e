package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.swav4j.dataset.Bytes;
import org.swav4j.dataset.fetch.Catalogue;
import org.swav4j.dataset.fetch.DataSet;
import org.swav4j.dataset.fetch.Fetch;
import org.swav4j.dataset.fetch.FetchResult;
import org.swav4j.dataset.fetch.RemoteFile;
import org.swav4j.train.NearestName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code swav data fetch}: a published data set as folders of images. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Downloads a published data set from its official address, checks it, and unpacks it into folders of images."
                    + " Stopped at any time, the same command goes on. Without a name it lists what there is."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav data fetch cifar10 --out data/cifar10")
final class DataFetchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The data set.")
    private String name;

    @Option(
            names = "--out",
            converter = Places.OnThisMachine.class,
            paramLabel = "DIR",
            description = "New or empty folder to put it into.")
    private Path out;

    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "Where the files lie under their names, instead of the official address.")
    private String mirror;

    @Option(names = "--keep", description = "Keep the downloaded archives, in .download within DIR.")
    private boolean keep;

    @Option(names = "--list", description = "List the data sets.")
    private boolean list;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        PrintWriter stdout = spec.commandLine().getOut();
        if (name == null || list) {
            if (name == null && (out != null || mirror != null)) {
                throw new UsageException("NAME: is missing: which data set to fetch; " + known());
            }
            printList(stdout);
            return ExitCode.DONE;
        }
        DataSet set = Catalogue.find(name)
                .orElseThrow(() -> new UsageException("'" + name + "': there is no such data set"
                        + NearestName.hint(name, names()) + " (" + known() + ")"));
        if (out == null) {
            throw new UsageException("--out: is needed: the folder to put " + name + " into, such as data/" + name);
        }
        URI server = mirror == null ? null : address(mirror);
        FetchResult result;
        try (WorkLine line = new WorkLine(spec.commandLine().getErr(), ProgressLine.suitable(quiet))) {
            line.say(String.format(
                    Locale.ROOT,
                    "%s: %s from %s",
                    set.title(),
                    Bytes.text(set.downloadBytes()),
                    (server == null ? set.files().get(0).uri() : server).getHost()));
            result = new Fetch(new FetchProgress(line)).into(out, set, server, keep);
        }
        if (json) {
            Json.print(stdout, fields(result));
        } else {
            print(stdout, result);
        }
        return ExitCode.DONE;
    }

    private static URI address(String mirror) {
        try {
            URI uri = URI.create(mirror);
            if (uri.getHost() != null && List.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // the same message
        }
        throw new UsageException("--mirror: '" + mirror + "': must begin with http:// or https:// and a host");
    }

    private static List<String> names() {
        return Catalogue.all().stream().map(DataSet::name).toList();
    }

    private static String known() {
        return "there are " + String.join(", ", names());
    }

    private void print(PrintWriter stdout, FetchResult result) {
        DataSet set = result.dataSet();
        stdout.println(String.format(
                Locale.ROOT,
                "%s%s: %s, %,d images%s",
                out,
                result.wasThere() ? " was fetched before" : "",
                set.title(),
                result.images(),
                result.wasThere() ? "; nothing to do" : ""));
        stdout.println("  content   " + set.content());
        stdout.println("  licence   " + set.licence());
        stdout.println("  cite      " + set.citation());
        stdout.println("  page      " + set.page());
        for (RemoteFile file : set.files()) {
            stdout.println("  checked   " + file.name() + ": MD5 as " + file.stated() + " states");
            stdout.println("            SHA-256 " + result.sha256().get(file.name()));
        }
        stdout.flush();
    }

    private Map<String, Object> fields(FetchResult result) {
        Map<String, Object> fields = describe(result.dataSet());
        fields.put("folder", out.toString());
        fields.put("images", result.images());
        fields.put("sha256", result.sha256());
        fields.put("was_there", result.wasThere());
        return fields;
    }

    private void printList(PrintWriter stdout) {
        if (json) {
            Json.print(
                    stdout,
                    Catalogue.all().stream().map(DataFetchCommand::describe).toList());
            return;
        }
        for (DataSet set : Catalogue.all()) {
            stdout.println(String.format(
                    Locale.ROOT,
                    "%-11s %s: %,d images, %,d classes, %s to download, %s on disk",
                    set.name(),
                    set.title(),
                    set.images(),
                    set.classes(),
                    Bytes.text(set.downloadBytes()),
                    Bytes.text(set.unpackedBytes())));
            stdout.println("            " + set.content());
            stdout.println("            licence: " + set.licence());
            stdout.println("            checksum: MD5, stated by " + stated(set) + "; " + set.page());
        }
        stdout.flush();
    }

    private static String stated(DataSet set) {
        return set.files().stream().map(RemoteFile::stated).distinct().collect(Collectors.joining(" and "));
    }

    private static Map<String, Object> describe(DataSet set) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", set.name());
        fields.put("title", set.title());
        fields.put("images", set.images());
        fields.put("classes", set.classes());
        fields.put("content", set.content());
        fields.put("licence", set.licence());
        fields.put("citation", set.citation());
        fields.put("page", set.page());
        fields.put("download_bytes", set.downloadBytes());
        fields.put("unpacked_bytes", set.unpackedBytes());
        fields.put(
                "files",
                set.files().stream()
                        .map(file -> {
                            Map<String, Object> entry = new LinkedHashMap<>();
                            entry.put("address", file.uri().toString());
                            entry.put("bytes", file.bytes());
                            entry.put("md5", file.md5());
                            entry.put("md5_stated_by", file.stated());
                            return entry;
                        })
                        .toList());
        return fields;
    }
}
