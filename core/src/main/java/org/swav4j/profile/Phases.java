package org.swav4j.profile;

/** Told by a training step what it goes on with. */
@FunctionalInterface
public interface Phases {
    /** Nobody asks. */
    Phases NONE = phase -> {};

    /** The calling thread begins a phase, which ends the one before. */
    void now(Phase phase);
}
