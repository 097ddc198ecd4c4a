package dev.perdure.supervision;

import java.time.Duration;

/**
 * How long things may take. All but the first two are bounds on failures that show in no other way, so they are generous.
 *
 * @param tick how often {@link Event.Tick} is told
 * @param heartbeats how often a worker shows that it is alive
 * @param start from launch to the first word
 * @param pause how long a process lies still that is launched while others stand: starting one takes a processor for seconds,
 *     and theirs is the step that everybody waits for
 * @param gather from the first worker's joining until a group forms without those still missing
 * @param together how long one that joined waits for others that are starting, so that the group stands still once
 * @param extend from a joiner's being taken in until the others go over to its generation; then all stand still for it
 * @param back from a successor's start until members that have not come back are given up
 * @param ready from being told to stand still until standing still
 * @param stop from being told to end until being killed
 * @param killAgain from a kill until the next, while the process is still there
 * @param record how long facts may fail to become durable
 */
public record Patience(
        Duration tick,
        Duration heartbeats,
        Duration start,
        Duration pause,
        Duration gather,
        Duration together,
        Duration extend,
        Duration back,
        Duration ready,
        Duration stop,
        Duration killAgain,
        Duration record) {

    public static Patience standard() {
        return new Patience(
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofSeconds(60),
                Duration.ofMillis(250),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60));
    }
}
