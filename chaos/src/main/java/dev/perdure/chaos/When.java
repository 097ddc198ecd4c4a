package dev.perdure.chaos;

import java.time.Duration;

/** When a fault happens, as a plan says it. */
public sealed interface When {

    /**
     * From a step on, at the first moment that fits; unless it hurries, not before the team is complete.
     *
     * @param spread a random number of steps from 0 to this is added
     * @param times how often, each {@code apart} steps after the one before
     */
    record AtStep(long step, int spread, int times, int apart, boolean hurries) implements When {}

    /** Again and again, in time, whoever is there. */
    record Every(Duration pause, int times) implements When {}

    /**
     * At a step and at others after it, whoever is there, as many times as {@code size} in time: a storm, and quiet in which
     * the training moves on.
     *
     * @param step of the first burst
     * @param times how many bursts, each {@code apart} steps after the one before
     * @param pause between two faults of a burst
     */
    record Bursts(long step, int times, int apart, int size, Duration pause) implements When {}

    /** Before anything is trained. */
    record Before() implements When {}
}
