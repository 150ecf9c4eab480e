package org.swav4j.profile;

/** What the training thread is at. Every moment of a measured step belongs to one of these. */
public enum Phase {
    /** Waiting for the loader. */
    WAIT("waiting for images"),
    /** Pixels to embeddings and scores. */
    FORWARD("forward"),
    /** Codes, and the queue. */
    CODES("codes"),
    /** The swapped prediction. */
    LOSS("loss"),
    /** From the loss to gradients. */
    BACKWARD("backward"),
    /** Clearing, dropping and averaging gradients. */
    GRADIENTS("gradients"),
    /** The update. */
    OPTIMISER("optimiser"),
    /** Metrics, progress, and what is between steps. */
    OTHER("metrics and other");

    private final String label;

    Phase(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
