/** A handful of promises an object store keeps, with local-disk and memory versions, and wrappers. */
module dev.perdure.store {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires jdk.unsupported;
    requires org.slf4j;

    exports dev.perdure.store;
}
