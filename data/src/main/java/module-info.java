/** The data feed: records as they lie on disk become batches whose bits depend on settings and seeds alone. */
module dev.perdure.data {
    requires static transitive org.jspecify;
    requires transitive dev.perdure.core;
    requires transitive dev.perdure.engine;
    requires java.desktop;
    requires org.apache.commons.csv;

    exports dev.perdure.data;
}
