package dev.perdure.chaos;

import java.time.Duration;
import java.util.Locale;

/** Everything that can be done to models that are served, each on this page. {@link ServeKinds} says what each really does. */
public sealed interface ServeFault {

    /** Its name in plans and reports, such as {@code flip-weights}. */
    default String kind() {
        return getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** Returns how long it lasts; zero for what is over at once, or is never over by itself. */
    default Duration lasts() {
        return Duration.ZERO;
    }

    /** Done to a replica's process from outside. */
    sealed interface OfReplica extends ServeFault {}

    record Kill() implements OfReplica {}

    record Terminate() implements OfReplica {}

    record Stop() implements OfReplica {}

    record Pause(Duration lasts) implements OfReplica {}

    /** Happens in a replica's process, by its own hand. */
    sealed interface Inside extends ServeFault {}

    record OutOfMemory() implements Inside {}

    record NativeCrash() implements Inside {}

    record Hang() implements Inside {}

    /** @param every of so many requests one fails */
    record Exceptions(int every, Duration lasts) implements Inside {}

    record Slow(Duration delay, Duration lasts) implements Inside {}

    record NanWeights() implements Inside {}

    record FlipWeights() implements Inside {}

    record CloseSockets() implements Inside {}

    /** Befalls a replica that starts: one is killed, and this happens to the one that is started in its place. */
    sealed interface AtLoad extends ServeFault {}

    record CorruptModel() implements AtLoad {}

    record TruncateModel() implements AtLoad {}

    record SlowLoad(Duration lasts) implements AtLoad {}

    /** @param starts how many replicas in a row find no room while they load */
    record FullDisk(int starts) implements AtLoad {}

    /** Done to the processes in front of replicas. */
    sealed interface OfFront extends ServeFault {}

    record KillGateway() implements OfFront {}

    /** @param alone how long nobody starts another */
    record KillParent(Duration alone) implements OfFront {}

    /** @param by how much later it suddenly is; earlier when it is negative */
    record ClockJump(Duration by, Duration lasts) implements OfFront {}

    /** Done to the way to another host. */
    sealed interface OfHosts extends ServeFault {}

    record HostCutOff(Duration lasts) implements OfHosts {}

    /** Done by whoever adds models. */
    sealed interface OfModels extends ServeFault {}

    /** @param megabytes of weights */
    record BigModel(int megabytes) implements OfModels {}

    /** Done by clients. */
    sealed interface OfClients extends ServeFault {}

    record Poison() implements OfClients {}

    /** @param factor so many times as much as usual is asked besides */
    record Overload(int factor, Duration lasts) implements OfClients {}

    /** @param connections how many clients do so at once */
    record SlowWriters(int connections, Duration lasts) implements OfClients {}

    /** @param connections how many clients do so at once */
    record SlowReaders(int connections, Duration lasts) implements OfClients {}

    record OversizedBodies() implements OfClients {}

    /** @param bodies how many are sent */
    record MalformedBodies(int bodies) implements OfClients {}
}
