/** Saves, finds, verifies, repairs and retains checkpoints. Format and commit rule live here and nowhere else. */
module dev.perdure.checkpoint {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires transitive dev.perdure.format;
    requires transitive dev.perdure.reliability;
    requires transitive dev.perdure.store;
    requires org.slf4j;

    exports dev.perdure.checkpoint;
}
