/** The contract with machine-learning frameworks. */
module dev.perdure.engine {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;

    exports dev.perdure.engine;
}
