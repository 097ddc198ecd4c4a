package dev.perdure.supervision;

import java.util.List;

/**
 * What follows from an event.
 *
 * @param commands what is to be done, in this order
 * @param reasons why, in words a person can follow; also what was refused, and why
 */
public record Step(List<Command> commands, List<String> reasons) {
    public Step {
        commands = List.copyOf(commands);
        reasons = List.copyOf(reasons);
    }
}
