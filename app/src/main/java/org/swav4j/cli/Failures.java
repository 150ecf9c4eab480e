package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.comm.RankLostException;
import org.swav4j.comm.RanksDifferException;
import org.swav4j.data.DataException;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.launch.RankEnd;
import org.swav4j.train.ConfigurationException;
import org.swav4j.train.DivergedException;
import org.swav4j.train.NearestName;
import org.swav4j.train.Problem;
import org.swav4j.train.Setting;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into lines for people and exit codes; stack traces are for {@code --debug}. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final BooleanSupplier debug;

    Failures(BooleanSupplier debug) {
        this.debug = debug;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] args) {
        CommandLine line = exception.getCommandLine();
        List<String> messages = new ArrayList<>();
        unknown(line.getUnmatchedArguments(), line).forEach(p -> messages.add(p.toString()));
        if (!(exception instanceof UnmatchedArgumentException)) {
            messages.add(exception.getMessage());
        }
        return usage(messages, exception, line);
    }

    @Override
    public int handleExecutionException(Exception exception, CommandLine line, ParseResult result) {
        return print(exception, line);
    }

    int print(Throwable failure, CommandLine line) {
        if (failure instanceof ConfigurationException || failure instanceof UsageException) {
            return usage(failure.getMessage().lines().toList(), failure, line);
        }
        PrintWriter err = line.getErr();
        err.println("swav: " + message(failure));
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        } else if (!explainsItself(failure)) {
            err.println("This should not happen; with --debug it shows where. Please report it.");
        }
        err.flush();
        boolean lost = failure instanceof RankLostException && !(failure instanceof RanksDifferException);
        return lost && LaunchedRank.of(System.getenv()).isPresent() ? RankEnd.LOST_OTHERS : ExitCode.FAILED;
    }

    /** For every argument that nothing takes: what was probably meant. */
    static List<Problem> unknown(List<String> arguments, CommandLine line) {
        List<Problem> problems = new ArrayList<>();
        boolean afterFlag = false;
        for (String argument : arguments) {
            boolean flag = argument.startsWith("-") && argument.length() > 1;
            if (flag) {
                problems.add(unknownFlag(argument.replaceFirst("=.*", ""), line));
            } else if (!afterFlag) {
                problems.add(unknownWord(argument, line));
            }
            // what follows an unknown flag is probably its value
            afterFlag = flag && !argument.contains("=");
        }
        return problems;
    }

    private static Problem unknownWord(String word, CommandLine line) {
        Collection<String> commands = line.getSubcommands().keySet();
        return Problem.at(
                "'" + word + "'",
                commands.isEmpty()
                        ? "is not expected here"
                        : "there is no such command" + NearestName.hint(word, commands));
    }

    private static Problem unknownFlag(String flag, CommandLine line) {
        String key = flag.replaceFirst("^-+", "").replace('-', '_');
        Optional<Setting> original =
                Setting.ofOriginalName(key).filter(s -> line.getCommandSpec().findOption(s.flag()) != null);
        if (original.isPresent()) {
            return Problem.at(flag, "is called " + original.get().flag() + " here");
        }
        List<String> known = line.getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .toList();
        return Problem.at(flag, "there is no such option" + NearestName.hint(flag, known));
    }

    private int usage(List<String> messages, Throwable failure, CommandLine line) {
        PrintWriter err = line.getErr();
        messages.forEach(m -> err.println("swav: " + m));
        String command = line.getCommandSpec().qualifiedName();
        err.println("'" + command + " --help' shows how it is used.");
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.USAGE;
    }

    private static boolean explainsItself(Throwable failure) {
        return failure instanceof DataException
                || failure instanceof RankLostException
                || failure instanceof DivergedException
                || failure instanceof CheckpointException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || OutOfMemory.explain(failure).isPresent()
                || cannotUnpack(failure)
                || failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException;
    }

    /** JavaCPP found no folder that it can write its native libraries to. */
    private static boolean cannotUnpack(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !String.valueOf(cause.getMessage()).contains("Could not create the cache")) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /** What a failure is told as, without its place in the program. */
    static String message(Throwable failure) {
        if (cannotUnpack(failure)) {
            return "the native libraries need a folder to be unpacked to, and neither ~/.javacpp nor the temporary folder can"
                    + " be written; name one by SWAV_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER";
        }
        Optional<String> memory = OutOfMemory.explain(failure);
        if (memory.isPresent()) {
            return memory.get();
        }
        if (failure instanceof UncheckedIOException unchecked) {
            return message(unchecked.getCause());
        }
        if (failure instanceof NoSuchFileException missing) {
            return missing.getFile() + ": there is no such file";
        }
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        if (failure instanceof FileSystemException file && file.getReason() != null) {
            return file.getFile() + ": " + file.getReason();
        }
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return explainsItself(failure)
                ? message
                : failure.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
