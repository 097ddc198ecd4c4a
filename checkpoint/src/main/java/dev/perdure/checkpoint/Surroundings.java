package dev.perdure.checkpoint;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Time and chance, as the checkpoint module meets them.
 *
 * @param clock dates checkpoints, and tells their age to retention
 * @param nanos measures how long things take
 * @param pause lets time pass between attempts
 * @param nonces names that no other process uses
 */
public record Surroundings(InstantSource clock, LongSupplier nanos, Pause pause, Supplier<String> nonces) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Lets time pass. */
    public interface Pause {
        void pause(Duration duration) throws InterruptedException;
    }

    /** Returns the real ones. */
    public static Surroundings real() {
        return new Surroundings(InstantSource.system(), System::nanoTime, Thread::sleep, Surroundings::nonce);
    }

    private static String nonce() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Pauses; an interrupt ends the pause at once and is remembered. */
    void sleep(Duration duration) {
        try {
            pause.pause(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
