package dev.perdure.routing;

import java.util.List;

/** What a request needs next: everything that can follow, on one page. */
public sealed interface Next {

    /** Items are to be sent to a replica; a hedge if somebody else has them too. */
    record Send(ReplicaId replica, int tier, List<Integer> items, Attempt.Kind kind) implements Next {
        public Send {
            items = List.copyOf(items);
        }
    }

    /** A tier without replicas is to be asked for items, within a time. */
    record Fallback(int tier, List<Integer> items, long until) implements Next {
        public Fallback {
            items = List.copyOf(items);
        }
    }

    /** Nothing is to be done until then, or until something happens. */
    record Wait(long until) implements Next {}

    /** All items are answered. */
    record Answer(List<Part> parts) implements Next {
        public Answer {
            parts = List.copyOf(parts);
        }
    }

    /** It cannot be answered. */
    record Fail(Status status, String reason) implements Next {}

    /**
     * Which items an attempt answered.
     *
     * @param tier index in the request's tiers
     * @param attempt number within the request
     */
    record Part(int tier, int attempt, List<Integer> items) {
        public Part {
            items = List.copyOf(items);
        }
    }
}
