package org.swav4j.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.comm.RankEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The manifests against the fields of the resources they make, and what the pods would be told. */
class KubernetesTest {
    static final Path FOLDER = Path.of("").toAbsolutePath().getParent().resolve("deploy/kubernetes");

    private static JsonNode manifest(String name) throws IOException {
        return new YAMLMapper().readTree(Files.readString(FOLDER.resolve(name)));
    }

    private static JsonNode pytorchPods(JsonNode job, String role) {
        return job.at("/spec/pytorchReplicaSpecs/" + role + "/template/spec");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorchjob.yaml", "jobset.yaml"})
    void onlyKnownFieldsAreUsedAndNoneIsMissing(String name) throws IOException {
        assertThat(Schema.read().problems(manifest(name))).isEmpty();
    }

    @Test
    void theCheckFindsWhatIsWrong() throws IOException {
        JsonNode job = manifest("pytorchjob.yaml");
        ObjectNode spec = (ObjectNode) job.at("/spec");
        ((ObjectNode) spec.get("runPolicy")).put("cleanPodPolicy", "Sometimes").put("maxRestarts", 3);
        ObjectNode master = (ObjectNode) spec.at("/pytorchReplicaSpecs/Master");
        master.put("replicas", "1");
        ((ObjectNode) master.at("/template/spec/containers/0")).remove("name");
        assertThat(Schema.read().problems(job))
                .containsExactlyInAnyOrder(
                        ".spec.runPolicy.cleanPodPolicy: must be All|Running|None, found \"Sometimes\"",
                        ".spec.runPolicy.maxRestarts: there is no such field",
                        ".spec.pytorchReplicaSpecs.Master.replicas: must be integer, found \"1\"",
                        ".spec.pytorchReplicaSpecs.Master.template.spec.containers[0].name: is missing");
    }

    /** The operator numbers the pods, the master first, and tells all where that is. */
    @Test
    void podsOfAPyTorchJobAreRanks() throws IOException {
        JsonNode job = manifest("pytorchjob.yaml");
        JsonNode container = pytorchPods(job, "Master").at("/containers/0");
        assertThat(container.path("name").asString())
                .as("the operator looks for it")
                .isEqualTo("pytorch");
        assertThat(container.at("/ports/0/name").asString()).isEqualTo("pytorchjob-port");
        assertThat(pytorchPods(job, "Worker")).isEqualTo(pytorchPods(job, "Master"));
        int workers = job.at("/spec/pytorchReplicaSpecs/Worker/replicas").asInt();
        Set<Integer> ranks = new HashSet<>();
        for (int rank = 0; rank <= workers; rank++) {
            Map<String, String> environment = pytorchEnvironment(job, rank);
            RankEnvironment place = RankEnvironment.of(environment).orElseThrow();
            assertThat(place).isEqualTo(new RankEnvironment("swav-master-0", 23456, rank, 4, 0, 1));
            ranks.add(place.rank());
        }
        assertThat(ranks).hasSize(4);
        assertThat(job.at("/spec/pytorchReplicaSpecs/Master/replicas").asInt()).isEqualTo(1);
    }

    /** What the operator's {@code envvar.go} and {@code master.go} add. */
    private static Map<String, String> pytorchEnvironment(JsonNode job, int rank) {
        Map<String, String> environment = new HashMap<>();
        String name = job.at("/metadata/name").asString();
        int pods = 0;
        for (JsonNode role : job.at("/spec/pytorchReplicaSpecs")) {
            pods += role.path("replicas").asInt();
        }
        environment.put("PYTHONUNBUFFERED", "0");
        environment.put("MASTER_PORT", port(pytorchPods(job, "Master").at("/containers/0"), "pytorchjob-port"));
        environment.put("MASTER_ADDR", name + "-master-0");
        environment.put("WORLD_SIZE", Integer.toString(pods));
        environment.put("RANK", Integer.toString(rank));
        return environment;
    }

    private static String port(JsonNode container, String name) {
        for (JsonNode port : container.path("ports")) {
            if (port.path("name").asString().equals(name)) {
                return port.path("containerPort").asString();
            }
        }
        throw new AssertionError("no port " + name);
    }

    @Test
    void podsOfAJobSetAreRanks() throws IOException {
        JsonNode set = manifest("jobset.yaml");
        JsonNode job = set.at("/spec/replicatedJobs/0");
        int pods = job.at("/template/spec/completions").asInt();
        assertThat(job.at("/template/spec/parallelism").asInt())
                .as("all at once")
                .isEqualTo(pods);
        assertThat(job.path("replicas").asInt()).isEqualTo(1);
        JsonNode container = job.at("/template/spec/template/spec/containers/0");
        for (int rank = 0; rank < pods; rank++) {
            Map<String, String> annotations =
                    Map.of("batch.kubernetes.io/job-completion-index", Integer.toString(rank));
            Map<String, String> environment = new HashMap<>();
            for (JsonNode variable : container.path("env")) {
                environment.put(variable.path("name").asString(), value(variable, annotations));
            }
            String first =
                    set.at("/metadata/name").asString() + "-" + job.path("name").asString() + "-0-0."
                            + set.at("/metadata/name").asString();
            assertThat(RankEnvironment.of(environment))
                    .isEqualTo(Optional.of(new RankEnvironment(first, 29500, rank, pods, 0, 1)));
            assertThat(port(container, "rendezvous")).isEqualTo("29500");
        }
    }

    private static String value(JsonNode variable, Map<String, String> annotations) {
        if (variable.has("value")) {
            return variable.path("value").asString();
        }
        String path = variable.at("/valueFrom/fieldRef/fieldPath").asString();
        return annotations.get(path.replaceAll("^metadata\\.annotations\\['(.*)'\\]$", "$1"));
    }

    /** What is mounted is there, what is written to can be, and the command is one that this program takes. */
    @ParameterizedTest
    @ValueSource(strings = {"pytorchjob.yaml", "jobset.yaml"})
    void podsResumeAndHaveTheTimeToSave(String name) throws IOException {
        JsonNode document = manifest(name);
        List<JsonNode> pods = name.startsWith("py")
                ? List.of(pytorchPods(document, "Master"), pytorchPods(document, "Worker"))
                : List.of(document.at("/spec/replicatedJobs/0/template/spec/template/spec"));
        for (JsonNode pod : pods) {
            JsonNode container = pod.at("/containers/0");
            List<String> arguments = new ArrayList<>();
            container.path("args").forEach(word -> arguments.add(word.asString()));
            assertThat(arguments).startsWith("pretrain").containsSequence("--resume", "auto");
            assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(60);
            Set<String> volumes = new HashSet<>();
            pod.path("volumes")
                    .forEach(volume -> volumes.add(volume.path("name").asString()));
            for (JsonNode mount : container.path("volumeMounts")) {
                assertThat(volumes).contains(mount.path("name").asString());
                boolean readOnly = mount.path("readOnly").asBoolean(false);
                String place = mount.path("mountPath").asString();
                String given = arguments.get(arguments.indexOf(readOnly ? "--data" : "--out") + 1);
                assertThat(given).startsWith(place + "/");
            }
        }
    }
}
