package dev.perdure.supervision;

import dev.perdure.reliability.EvidenceKind;
import dev.perdure.supervision.Progress.Phase;
import java.time.Duration;

/**
 * What can be wrong with one worker. Whatever it is, the worker is fenced: from here, dead, stuck and cut off look the
 * same until the process is gone.
 */
public sealed interface Failure {
    /** One word for it, as {@code perdure incidents} shows it. */
    String kind();

    /** What was seen, for a person. */
    String evidence();

    /** What that is evidence of. */
    EvidenceKind shows();

    /** Returns whether its process is there and connected as far as anybody knows: an end of either is told at once. */
    default boolean isThere() {
        return false;
    }

    /** @param exit its exit value; 128 + n when signal n ended it */
    record Exited(int exit) implements Failure {
        @Override
        public String kind() {
            return exit > 128 ? "worker-killed" : "worker-exited";
        }

        @Override
        public String evidence() {
            return switch (exit) {
                case 128 + 2 -> "its process was ended by SIGINT";
                case 128 + 6 ->
                    "its process was ended by SIGABRT: native code gave up, or memory ran out (see run.log and hs_err files)";
                case 128 + 9 -> "its process was ended by SIGKILL";
                case 128 + 11 -> "its process was ended by SIGSEGV: native code crashed (see run.log and hs_err files)";
                case 128 + 15 -> "its process was ended by SIGTERM";
                default ->
                    exit > 128
                            ? "its process was ended by signal %d".formatted(exit - 128)
                            : "its process ended with exit code %d".formatted(exit);
            };
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.PROCESS_EXITED;
        }
    }

    record NotStarted(String reason) implements Failure {
        @Override
        public String kind() {
            return "worker-not-started";
        }

        @Override
        public String evidence() {
            return "its process could not be started: " + reason;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.PROCESS_EXITED;
        }
    }

    record NeverJoined(Duration waited) implements Failure {
        @Override
        public String kind() {
            return "worker-never-joined";
        }

        @Override
        public String evidence() {
            return "it said nothing within %d ms of its start".formatted(waited.toMillis());
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.HEARTBEAT_MISSED;
        }
    }

    record NotBack(Duration waited) implements Failure {
        @Override
        public String kind() {
            return "worker-not-back";
        }

        @Override
        public String evidence() {
            return "it did not come back within %d ms of the supervisor's start".formatted(waited.toMillis());
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.CONNECTION_LOST;
        }
    }

    record Disconnected(String what) implements Failure {
        @Override
        public String kind() {
            return "connection-lost";
        }

        @Override
        public String evidence() {
            return "its connection ended: " + what;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.CONNECTION_LOST;
        }
    }

    record Silent(String what) implements Failure {
        @Override
        public String kind() {
            return "worker-silent";
        }

        @Override
        public String evidence() {
            return what;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.HEARTBEAT_MISSED;
        }

        @Override
        public boolean isThere() {
            return true;
        }
    }

    record Stuck(Phase phase, String what) implements Failure {
        @Override
        public String kind() {
            return "worker-stuck";
        }

        @Override
        public String evidence() {
            return what;
        }

        @Override
        public EvidenceKind shows() {
            return phase.asPhase().whenStuck();
        }

        @Override
        public boolean isThere() {
            return true;
        }
    }

    record NotReady(Duration waited) implements Failure {
        @Override
        public String kind() {
            return "worker-not-ready";
        }

        @Override
        public String evidence() {
            return "it is alive, but did not leave its group within %d ms".formatted(waited.toMillis());
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.STUCK_COLLECTIVE;
        }

        @Override
        public boolean isThere() {
            return true;
        }
    }

    record Left(String reason) implements Failure {
        @Override
        public String kind() {
            return "worker-left";
        }

        @Override
        public String evidence() {
            return "it left: " + reason;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.PROCESS_EXITED;
        }
    }

    record TurnedAway(String reason) implements Failure {
        @Override
        public String kind() {
            return "worker-refused";
        }

        @Override
        public String evidence() {
            return reason;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.PROCESS_EXITED;
        }
    }

    record Miscomputed(String what) implements Failure {
        @Override
        public String kind() {
            return "gradient-differs";
        }

        @Override
        public String evidence() {
            return what;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.MICROBATCH_DIFFERS;
        }
    }

    record Differs(String what) implements Failure {
        @Override
        public String kind() {
            return "state-differs";
        }

        @Override
        public String evidence() {
            return what;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.DIGEST_DIFFERS;
        }
    }

    /** It is well but for its pace, and was found not worth waiting for. */
    record Slow(String what) implements Failure {
        @Override
        public String kind() {
            return "worker-slow";
        }

        @Override
        public String evidence() {
            return what;
        }

        @Override
        public EvidenceKind shows() {
            return EvidenceKind.SLOWER_THAN_PEERS;
        }
    }
}
