package org.swav4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hosts of a network of their own: network namespaces of Linux, each with an interface that leads to a common bridge. What they
 * do to each other's packets is done where the bridge sends to a host. Needs root, iproute2 and a kernel with all that.
 */
final class NetworkOfRanks implements AutoCloseable {
    private final String id = "r" + ProcessHandle.current().pid() % 100_000;
    private final List<String> namespaces = new ArrayList<>();

    private NetworkOfRanks() {}

    /** So many hosts that reach each other. */
    static NetworkOfRanks of(int hosts) throws IOException, InterruptedException {
        NetworkOfRanks network = new NetworkOfRanks();
        try {
            network.build(hosts);
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private void build(int hosts) throws IOException, InterruptedException {
        String middle = id + "m";
        run("ip", "netns", "add", middle);
        namespaces.add(middle);
        run("ip", "-n", middle, "link", "add", "bridge", "type", "bridge");
        run("ip", "-n", middle, "link", "set", "bridge", "up");
        for (int host = 0; host < hosts; host++) {
            String name = id + host;
            run("ip", "netns", "add", name);
            namespaces.add(name);
            run("ip", "-n", name, "link", "set", "lo", "up");
            run("ip", "-n", middle, "link", "add", port(host), "type", "veth", "peer", "name", "net", "netns", name);
            run("ip", "-n", middle, "link", "set", port(host), "master", "bridge", "up");
            run("ip", "-n", name, "address", "add", address(host) + "/24", "dev", "net");
            run("ip", "-n", name, "link", "set", "net", "up");
        }
    }

    private static String port(int host) {
        return "port" + host;
    }

    /** A host's address. */
    String address(int host) {
        return "10.77.0." + (host + 1);
    }

    /** What to put before a command that is to run on a host. */
    String[] on(int host) {
        return new String[] {
            "ip",
            "netns",
            "exec",
            id + host,
            "unshare",
            "--uts",
            "sh",
            "-c",
            "hostname host" + host + "; exec \"$@\"",
            "sh"
        };
    }

    /** Nothing reaches the host or comes from it any more, and nobody is told. */
    void cut(int host) throws IOException, InterruptedException {
        run("ip", "-n", id + "m", "link", "set", port(host), "nomaster");
    }

    /** The host receives no more than so much, and packets wait for their turn. */
    void slow(int host, String rate) throws IOException, InterruptedException {
        run(
                "tc",
                "-n",
                id + "m",
                "qdisc",
                "add",
                "dev",
                port(host),
                "root",
                "tbf",
                "rate",
                rate,
                "burst",
                "16kb",
                "latency",
                "2s");
    }

    /** Of each connection's packets to the host every sixteenth is lost, by the number that IP gives them. */
    void lose(int host) throws IOException, InterruptedException {
        String middle = id + "m";
        run("ip", "-n", middle, "link", "add", "nowhere", "type", "ifb");
        run("tc", "-n", middle, "qdisc", "add", "dev", port(host), "clsact");
        run(
                "tc",
                "-n",
                middle,
                "filter",
                "add",
                "dev",
                port(host),
                "egress",
                "protocol",
                "ip",
                "u32",
                "match",
                "u16",
                "0x0",
                "0xf",
                "at",
                "4",
                "action",
                "mirred",
                "egress",
                "redirect",
                "dev",
                "nowhere");
    }

    /** Packets that were lost. */
    String statistics(int host) throws IOException, InterruptedException {
        return run("tc", "-n", id + "m", "-s", "filter", "show", "dev", port(host), "egress");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    @Override
    public void close() throws InterruptedException {
        for (String namespace : namespaces) {
            try {
                run("ip", "netns", "delete", namespace);
            } catch (IOException e) {
                System.err.println("left behind: " + e.getMessage());
            }
        }
    }
}
