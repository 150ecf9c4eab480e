package org.swav4j.pickle;

/**
 * Stands for an object that a pickle describes and that says nothing about tensors: a program's settings, a date, an array of
 * numpy's. No such object is ever made; whatever the pickle gives to it is dropped.
 *
 * @param type what Python calls its class or the function that would make it
 */
public record PassedOver(String type) {
    @Override
    public String toString() {
        return "an object of " + type;
    }
}
