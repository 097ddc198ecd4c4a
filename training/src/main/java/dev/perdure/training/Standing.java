package dev.perdure.training;

import org.jspecify.annotations.Nullable;

/** Hears where a replica stands while it trains, on the stepping thread. */
interface Standing {
    Standing NOBODY = new Standing() {
        @Override
        public void at(long position, long digest) {}

        @Override
        public void checked(long position) {}

        @Override
        public void noticed(String kind, String evidence) {}

        @Override
        public void saves() {}

        @Override
        public void figures(Dispatches.@Nullable Figures kept) {}
    };

    void at(long position, long digest);

    /** Gradients were computed again by others, up to here. Told to the leader alone. */
    void checked(long position);

    /** Something happened that people should know of. */
    void noticed(String kind, String evidence);

    /** What was told so far is to be kept: nobody may go on from a step that has no line. */
    void saves();

    /** From now on figures of steps are also to be written there; nowhere when null. */
    void figures(Dispatches.@Nullable Figures kept);
}
