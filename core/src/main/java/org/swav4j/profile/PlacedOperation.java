package org.swav4j.profile;

/**
 * An operation and the phase it belongs to.
 *
 * @param operation within its phase and within the operation that called it
 * @param outermost whether no other operation called it
 * @param selfNanos its time without that of the operations it called
 */
record PlacedOperation(Operation operation, Phase phase, boolean outermost, long selfNanos) {}
