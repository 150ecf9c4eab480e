package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program: finds the command and turns what went wrong into a line and an exit code. */
@Command(
        name = "swav",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Pretrains image encoders on folders of unlabelled images with SwAV.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav pretrain                                    on built-in sample images",
            "  swav pretrain --data photos/ --out runs/photos   on your own",
            "  swav knn --model runs/photos --train labelled/train --test labelled/test",
            "  swav embed --model runs/photos --data photos/ --out photos.parquet",
            "  swav help pretrain                               all settings"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error came from (also: SWAV_DEBUG=1).")
    private boolean debug;

    Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true);
        PrintWriter err = new PrintWriter(System.err, true);
        Interrupts.endAtOnceWhenAsked();
        int code;
        try {
            code = run(out, err, args);
        } catch (OutOfMemoryError e) {
            // what a small heap was full of when it was to be told is gone by now
            err.println("swav: " + OutOfMemory.explain(e).orElse(e.toString()));
            code = ExitCode.FAILED;
        }
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** Runs one command; the result is the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        line.addSubcommand(PretrainCommand.commandLine());
        line.addSubcommand(new KnnCommand());
        line.addSubcommand(new FinetuneCommand());
        line.addSubcommand(new SupervisedCommand());
        line.addSubcommand(new CompareCommand());
        line.addSubcommand(new LinearCommand());
        line.addSubcommand(new ImportCommand());
        line.addSubcommand(new EmbedCommand());
        line.addSubcommand(new IndexCommand());
        line.addSubcommand(new SearchCommand());
        line.addSubcommand(new DuplicatesCommand());
        line.addSubcommand(new ExportCommand());
        line.addSubcommand(TransferCommand.commandLine());
        line.addSubcommand(new ClustersCommand());
        line.addSubcommand(new ReproduceCommand());
        line.addSubcommand(new PresetsCommand());
        line.addSubcommand(DataCommand.commandLine());
        line.addSubcommand(CheckpointCommand.commandLine());
        line.addSubcommand(new InfoCommand());
        line.addSubcommand(new CommandLine.HelpCommand());
        // reaches the commands that are there by now, and theirs
        line.registerConverter(Path.class, new Places.Anywhere());
        line.setOut(out).setErr(err);
        line.setUsageHelpAutoWidth(true);
        Failures failures = new Failures(() -> main.debug || System.getenv("SWAV_DEBUG") != null);
        line.setParameterExceptionHandler(failures);
        line.setExecutionExceptionHandler(failures);
        try {
            return line.execute(args);
        } catch (LinkageError | OutOfMemoryError e) {
            return failures.print(e, line);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** {@code swav 0.1.0 (1a2b3c4), Java 17.0.15, libtorch 2.10.0}; loads no native library. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            BuildInfo build = BuildInfo.read();
            return new String[] {
                "swav " + build.version() + " (" + build.commit() + "), Java " + System.getProperty("java.version")
                        + ", libtorch " + build.libtorch().replaceFirst("-.*", "")
            };
        }
    }
}
