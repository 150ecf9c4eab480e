package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmTaskTest {
    /** The sixth of eight tasks, on the second of three nodes. */
    private static Map<String, String> task() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SLURM_JOB_ID", "4213377",
                "SLURM_STEP_ID", "0",
                "SLURM_PROCID", "5",
                "SLURM_LOCALID", "2",
                "SLURM_NODEID", "1",
                "SLURM_NTASKS", "8",
                "SLURM_STEP_NUM_TASKS", "8",
                "SLURM_STEP_TASKS_PER_NODE", "3(x2),2",
                "SLURM_STEP_NODELIST", "gpu[07-08,11],login"));
        environment.put("SLURM_JOB_NODELIST", "other[1-9]");
        return environment;
    }

    private static RankEnvironment place(Map<String, String> environment) {
        return RankEnvironment.of(SlurmTask.completed(environment)).orElseThrow();
    }

    @Test
    void aTaskOfSrunIsARank() {
        assertThat(place(task())).isEqualTo(new RankEnvironment("gpu07", 23377, 5, 8, 2, 3));
        Map<String, String> last = task();
        last.putAll(Map.of("SLURM_PROCID", "7", "SLURM_LOCALID", "1", "SLURM_NODEID", "2", "SLURM_STEP_ID", "2"));
        assertThat(place(last)).isEqualTo(new RankEnvironment("gpu07", 23377 + 62, 7, 8, 1, 2));
    }

    @Test
    void olderNamesDo() {
        Map<String, String> environment = task();
        environment.remove("SLURM_STEP_NODELIST");
        environment.remove("SLURM_STEP_TASKS_PER_NODE");
        environment.put("SLURM_NTASKS_PER_NODE", "3");
        assertThat(place(environment)).isEqualTo(new RankEnvironment("other1", 23377, 5, 8, 2, 3));
    }

    @Test
    void whatIsSetInTorchrunsWordsHolds() {
        Map<String, String> environment = task();
        environment.putAll(Map.of("MASTER_ADDR", "10.0.0.1", "MASTER_PORT", "29500"));
        environment.put("SLURM_STEP_NODELIST", "what is this");
        assertThat(place(environment)).isEqualTo(new RankEnvironment("10.0.0.1", 29500, 5, 8, 2, 3));
        environment.putAll(Map.of("RANK", "1", "WORLD_SIZE", "2", "LOCAL_RANK", "0", "LOCAL_WORLD_SIZE", "1"));
        assertThat(place(environment)).isEqualTo(new RankEnvironment("10.0.0.1", 29500, 1, 2, 0, 1));
    }

    /** A batch script, which has a task's number though nobody started it as one of several; and a step of one task. */
    @Test
    void whoeverIsAloneIsLeftAlone() {
        Map<String, String> batch = task();
        batch.remove("SLURM_STEP_NUM_TASKS");
        assertThat(SlurmTask.isOneOfSeveral(batch)).isFalse();
        assertThat(SlurmTask.completed(batch)).isSameAs(batch);
        Map<String, String> interactive = task();
        interactive.put("SLURM_STEP_NUM_TASKS", "1");
        assertThat(RankEnvironment.of(SlurmTask.completed(interactive))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node[01-03,07],other | node01",
                "node[7,9] | node7",
                "a,b[1-2] | a",
                "rack[2-3]n[004-011]-ib,x | rack2n004-ib",
                "n.example.org | n.example.org",
                "10.1.2.3 | 10.1.2.3"
            })
    void theFirstHostOfAList(String list, String host) {
        assertThat(SlurmTask.firstHost("SLURM_JOB_NODELIST", list)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",a", "node[1-3", "node[]", "node[a-b]", "node]1", "$(reboot)", "a b"})
    void whatIsNoListIsSaid(String list) {
        assertThatThrownBy(() -> SlurmTask.firstHost("SLURM_JOB_NODELIST", list))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "SLURM_JOB_NODELIST: '" + list + "' is no list of hosts such as node[01-03,07],other")
                .hasMessageEndingWith("set MASTER_ADDR to the host of rank 0");
    }

    @Test
    void whatIsMissingOrWrongIsSaid() {
        Map<String, String> environment = task();
        environment.put("SLURM_PROCID", "five");
        assertThatThrownBy(() -> SlurmTask.completed(environment))
                .hasMessage("SLURM_PROCID: 'five' is no whole number, though srun sets SLURM_STEP_NUM_TASKS;"
                        + " set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT instead");
        environment.put("SLURM_PROCID", "5");
        environment.put("SLURM_STEP_TASKS_PER_NODE", "3x2");
        assertThatThrownBy(() -> SlurmTask.completed(environment))
                .hasMessage("SLURM_STEP_TASKS_PER_NODE: '3x2': must be numbers such as 4(x3),2");
        environment.keySet().removeIf(name -> name.endsWith("NODELIST"));
        environment.remove("SLURM_STEP_TASKS_PER_NODE");
        assertThatThrownBy(() -> SlurmTask.completed(environment)).hasMessageContaining("set MASTER_ADDR");
    }

    /** With --cpus-per-task Slurm binds a task to its own, and they are not to be divided once more. */
    @Test
    void coresOfATaskAreItsOwn() {
        Map<String, String> environment = task();
        assertThat(SlurmTask.cores(environment)).isEmpty();
        environment.put("SLURM_CPUS_PER_TASK", "8");
        assertThat(SlurmTask.cores(environment)).hasValue(8);
        environment.remove("SLURM_STEP_NUM_TASKS");
        assertThat(SlurmTask.cores(environment)).isEmpty();
    }
}
