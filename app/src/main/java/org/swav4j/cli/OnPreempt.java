package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a training does when its scheduler takes the machine away: {@code save}, {@code exit} without, or {@code run:COMMAND}
 * after saving.
 *
 * @param saves whether the step is finished and saved
 * @param command for a shell, or null
 */
record OnPreempt(boolean saves, String command) {
    private static final String RUN = "run:";
    /** Schedulers kill what has not ended soon after their signal. */
    private static final long MOST_SECONDS = 5;

    /** Parses what was typed. */
    static final class Converter implements ITypeConverter<OnPreempt> {
        @Override
        public OnPreempt convert(String typed) {
            if (typed.equals("save") || typed.equals("exit")) {
                return new OnPreempt(typed.equals("save"), null);
            }
            if (typed.startsWith(RUN) && !typed.substring(RUN.length()).isBlank()) {
                return new OnPreempt(true, typed.substring(RUN.length()));
            }
            throw new TypeConversionException("'" + typed + "': must be save, exit or run:COMMAND");
        }
    }

    /** Runs the command, if there is one; it finds the run and its newest checkpoint in SWAV_RUN and SWAV_CHECKPOINT. */
    void saved(Path run, Path checkpoint, PrintWriter err) {
        if (command == null) {
            return;
        }
        // standard output is for results
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", "{ " + command + "\n} 1>&2").inheritIO();
        shell.environment().put("SWAV_RUN", run.toAbsolutePath().toString());
        shell.environment().put("SWAV_CHECKPOINT", checkpoint.toAbsolutePath().toString());
        try {
            Process process = shell.start();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                err.println("swav: --on-preempt: '" + command + "' was still running after " + MOST_SECONDS
                        + " s and was ended");
            } else if (process.exitValue() != 0) {
                err.println("swav: --on-preempt: '" + command + "' ended with code " + process.exitValue());
            }
        } catch (IOException e) {
            err.println("swav: --on-preempt: '" + command + "' cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
