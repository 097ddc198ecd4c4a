package dev.perdure.registry;

/**
 * What a supervisor leaves to its successor, in words that only the two understand. It takes the place of the one before,
 * so its size does not grow with the run's length as long as the writer's does not.
 *
 * @param text not read by the registry, and never cut
 */
public record Handover(String text) implements Fact {}
