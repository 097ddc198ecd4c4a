package dev.perdure.training;

import java.time.Instant;

/**
 * The supervisor whose place another takes, as whoever watched it knows it.
 *
 * @param lastSign when it last showed that it lives
 * @param noticed when it was known to be gone
 * @param evidence how it ended, such as {@code killed by SIGKILL}
 */
public record Predecessor(Instant lastSign, Instant noticed, String evidence) {}
