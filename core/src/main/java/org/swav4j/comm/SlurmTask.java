package org.swav4j.comm;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process's place among the tasks that Slurm's {@code srun} has started, in the words of torchrun. What stands in those words
 * already holds; a script that exports {@code MASTER_ADDR}, or all of them, is not second-guessed.
 *
 * <p>{@code srun} alone sets {@code SLURM_STEP_NUM_TASKS}: a batch script has {@code SLURM_NTASKS} and {@code SLURM_PROCID} too,
 * though it is alone.
 */
public final class SlurmTask {
    private static final String STEP_TASKS = "SLURM_STEP_NUM_TASKS";
    private static final int FIRST_PORT = 20_000;
    /** Below those that Linux gives to connections, from 32768. */
    private static final int PORTS = 10_000;
    /** Steps of one job that run at the same time meet at ports of their own. */
    private static final int STEP_APART = 31;

    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    /** {@code 4} or {@code 4(x3)}: four tasks each on three nodes. */
    private static final Pattern TASKS = Pattern.compile("(\\d{1,6})(?:\\(x(\\d{1,6})\\))?");

    private SlurmTask() {}

    /** Whether {@code srun} started this process as one of several. */
    public static boolean isOneOfSeveral(Map<String, String> environment) {
        String tasks = environment.get(STEP_TASKS);
        return environment.containsKey("SLURM_PROCID")
                && tasks != null
                && !tasks.strip().equals("1");
    }

    /**
     * The environment with {@code RANK}, {@code WORLD_SIZE}, {@code LOCAL_RANK}, {@code LOCAL_WORLD_SIZE}, {@code MASTER_ADDR}
     * and {@code MASTER_PORT} of a task among several; as it is for any other process.
     *
     * @throws IllegalArgumentException if a variable of Slurm's cannot be understood
     */
    public static Map<String, String> completed(Map<String, String> environment) {
        if (!isOneOfSeveral(environment) || environment.containsKey("RANK")) {
            return environment;
        }
        Map<String, String> completed = new HashMap<>();
        completed.put("RANK", String.valueOf(number(environment, "SLURM_PROCID")));
        completed.put("WORLD_SIZE", String.valueOf(number(environment, STEP_TASKS)));
        completed.put("LOCAL_RANK", String.valueOf(number(environment, "SLURM_LOCALID")));
        int here = tasksHere(environment);
        if (here > 0) {
            completed.put("LOCAL_WORLD_SIZE", String.valueOf(here));
        }
        if (!environment.containsKey("MASTER_ADDR")) {
            completed.put("MASTER_ADDR", firstHost(environment));
        }
        int step = WHOLE.matcher(environment.getOrDefault("SLURM_STEP_ID", "")).matches()
                ? number(environment, "SLURM_STEP_ID")
                : 0;
        completed.put("MASTER_PORT", String.valueOf(port(number(environment, "SLURM_JOB_ID"), step)));
        completed.putAll(environment);
        return completed;
    }

    /**
     * How many cores this task has for itself, where {@code --cpus-per-task} says so: then Slurm shows it no more than these, and
     * they are not to be shared out once more.
     */
    public static OptionalInt cores(Map<String, String> environment) {
        String cores = environment.getOrDefault("SLURM_CPUS_PER_TASK", "");
        return isOneOfSeveral(environment) && WHOLE.matcher(cores).matches() && Integer.parseInt(cores) > 0
                ? OptionalInt.of(Integer.parseInt(cores))
                : OptionalInt.empty();
    }

    private static int port(int job, int step) {
        return FIRST_PORT + (int) ((job + (long) STEP_APART * step) % PORTS);
    }

    private static int number(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "");
        if (!WHOLE.matcher(text.strip()).matches()) {
            throw new IllegalArgumentException(name + ": '" + text + "' is no whole number, though srun sets "
                    + STEP_TASKS + "; set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT instead");
        }
        return Integer.parseInt(text.strip());
    }

    /** How many of the tasks are on this node; 0 if nothing says so. */
    private static int tasksHere(Map<String, String> environment) {
        String list = first(environment, "SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE", "SLURM_NTASKS_PER_NODE");
        if (list.isEmpty()) {
            return 0;
        }
        int node = environment.containsKey("SLURM_NODEID") ? number(environment, "SLURM_NODEID") : 0;
        int passed = 0;
        int last = 0;
        for (String part : list.split(",")) {
            Matcher tasks = TASKS.matcher(part.strip());
            if (!tasks.matches()) {
                throw new IllegalArgumentException(
                        "SLURM_STEP_TASKS_PER_NODE: '" + list + "': must be numbers such as 4(x3),2");
            }
            last = Integer.parseInt(tasks.group(1));
            passed += tasks.group(2) == null ? 1 : Integer.parseInt(tasks.group(2));
            if (node < passed) {
                return last;
            }
        }
        // --ntasks-per-node is one number for all nodes
        return last;
    }

    private static String first(Map<String, String> environment, String... names) {
        for (String name : names) {
            if (!environment.getOrDefault(name, "").isBlank()) {
                return environment.get(name).strip();
            }
        }
        return "";
    }

    private static String firstHost(Map<String, String> environment) {
        Map<String, String> lists = new LinkedHashMap<>();
        for (String name : new String[] {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"}) {
            lists.put(name, environment.getOrDefault(name, "").strip());
        }
        lists.values().removeIf(String::isEmpty);
        if (lists.isEmpty()) {
            throw new IllegalArgumentException(
                    "SLURM_STEP_NODELIST: is not set, so the host of rank 0 is not known; set MASTER_ADDR");
        }
        Map.Entry<String, String> list = lists.entrySet().iterator().next();
        return firstHost(list.getKey(), list.getValue());
    }

    /**
     * The first host of a list such as {@code node[01-03,07]-ib,other}: what stands in brackets is a choice of numbers, with the
     * zeros that they are written with.
     */
    static String firstHost(String name, String list) {
        StringBuilder host = new StringBuilder();
        int at = 0;
        while (at < list.length() && list.charAt(at) != ',') {
            char c = list.charAt(at);
            if (c == '[') {
                int close = list.indexOf(']', at);
                String choice = close < 0 ? "" : list.substring(at + 1, close);
                Matcher number =
                        Pattern.compile("(\\d+)(-\\d+)?(,\\d+(-\\d+)?)*").matcher(choice);
                if (!number.matches()) {
                    throw notUnderstood(name, list);
                }
                host.append(number.group(1));
                at = close + 1;
            } else if (Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_') {
                host.append(c);
                at++;
            } else {
                throw notUnderstood(name, list);
            }
        }
        if (host.isEmpty()) {
            throw notUnderstood(name, list);
        }
        return host.toString();
    }

    private static IllegalArgumentException notUnderstood(String name, String list) {
        return new IllegalArgumentException(name + ": '" + list
                + "' is no list of hosts such as node[01-03,07],other; set MASTER_ADDR to the host of rank 0");
    }
}
