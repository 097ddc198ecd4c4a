/** The few words every module shares. */
module dev.perdure.core {
    requires static transitive org.jspecify;
    requires org.snakeyaml.engine;

    exports dev.perdure.core;
}
