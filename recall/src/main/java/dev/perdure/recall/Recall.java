package dev.perdure.recall;

import java.time.InstantSource;
import java.util.Optional;

/**
 * Answers by their exact question. No method blocks, fails, or waits for a disk: what cannot be kept is not kept. Safe for use by
 * several threads.
 */
public interface Recall extends AutoCloseable {

    /** Keeps nothing. */
    Recall NOTHING = new Recall() {
        @Override
        public boolean keepsAnything() {
            return false;
        }

        @Override
        public Optional<KnownAnswer> find(Question question) {
            return Optional.empty();
        }

        @Override
        public void keep(KnownAnswer answer) {}

        @Override
        public void forget(Question question) {}

        @Override
        public void forgetSource(String source) {}

        @Override
        public void forgetModel(String model) {}

        @Override
        public Counts counts() {
            return new Counts(0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {}
    };

    /**
     * What became of it.
     *
     * @param kept how many answers there are now, about
     * @param bytes how much memory those take, about
     * @param found how often one was asked for and there
     * @param missed how often one was asked for and not there, or too old
     * @param forgotten how many were taken back, since they are not to be believed
     * @param written how many were written to disk
     * @param notWritten how many were not, since the disk was full, broken or too slow
     */
    record Counts(long kept, long bytes, long found, long missed, long forgotten, long written, long notWritten) {}

    /** Returns whether there is any use in asking. */
    default boolean keepsAnything() {
        return true;
    }

    /** Returns the clock by which answers grow old, which is the one that tells when they were given. */
    default InstantSource clock() {
        return InstantSource.system();
    }

    /** Returns the last answer to a question; nothing if there is none, or it is too old. */
    Optional<KnownAnswer> find(Question question);

    /** Keeps an answer, in place of an earlier one to the same question. When room is short it may be dropped, or another. */
    void keep(KnownAnswer answer);

    /** An answer is never given again. */
    void forget(Question question);

    /** Nothing that this source gave is given again. */
    void forgetSource(String source);

    /** Nothing that this model gave is given again. */
    void forgetModel(String model);

    Counts counts();

    /** Writes what is not written yet, for a bounded time. */
    @Override
    void close();
}
