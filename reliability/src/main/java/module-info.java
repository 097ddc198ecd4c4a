/** The mathematics of failure. Numbers in, numbers out; no clock, no I/O, no threads. */
module dev.perdure.reliability {
    requires static transitive org.jspecify;
    requires org.apache.commons.statistics.distribution;
    requires org.apache.commons.statistics.inference;

    exports dev.perdure.reliability;
}
