package dev.perdure.routing;

import java.util.List;

/**
 * What follows from an event.
 *
 * @param commands what is to be done, in this order
 * @param notices what happened, for logs and metrics
 */
public record Step(List<Command> commands, List<Notice> notices) {
    public Step {
        commands = List.copyOf(commands);
        notices = List.copyOf(notices);
    }
}
