package org.swav4j.checkpoint;

/**
 * Which run a checkpoint belongs to and what it goes on from.
 *
 * @param run the run's identity, the same for all its checkpoints; empty where none is known
 * @param parent name of the checkpoint that the process which saved this one had begun from or saved before; empty for the first
 */
public record Lineage(String run, String parent) {
    /** Of a checkpoint that belongs to no run, or was written by a version that did not note it. */
    public static final Lineage NONE = new Lineage("", "");
}
