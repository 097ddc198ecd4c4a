package dev.perdure.cli;

import java.util.concurrent.CompletableFuture;

/**
 * Hears of a process's end on a thread of its own. {@link Process#onExit} tells it by the pool that all parallel work of a
 * program shares, which has one thread on two cores: while that is at something else, nobody would hear.
 */
final class ProcessEnd {
    private ProcessEnd() {}

    /** Returns what is completed with the exit code as soon as a child has ended. */
    static CompletableFuture<Integer> of(Process child) {
        var ended = new CompletableFuture<Integer>();
        Thread.ofVirtual().name("end of " + child.pid()).start(() -> {
            while (!ended.isDone()) {
                try {
                    ended.complete(child.waitFor());
                } catch (InterruptedException _) {
                    // nobody interrupts this thread; should somebody, the process has not ended all the same
                }
            }
        });
        return ended;
    }
}
