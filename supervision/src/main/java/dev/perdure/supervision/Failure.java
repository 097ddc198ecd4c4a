package dev.perdure.supervision;

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

    /** @param exit its exit value; 128 + n when signal n ended it */
    record Exited(int exit) implements Failure {
        @Override
        public String kind() {
            return exit > 128 ? "worker-killed" : "worker-exited";
        }

        @Override
        public String evidence() {
            return exit > 128
                    ? "its process was ended by signal %d".formatted(exit - 128)
                    : "its process ended with exit code %d".formatted(exit);
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
    }
}
